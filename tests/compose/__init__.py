"""Checks of a house that runs in containers; `make test-compose` runs them, `make test` does not."""
