"""Clients of the house's public HTTP API, as thin as the curl lines of its documents."""
