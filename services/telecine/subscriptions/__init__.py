"""Endpoints: who wants which events; and for every event, what is owed to whom."""
