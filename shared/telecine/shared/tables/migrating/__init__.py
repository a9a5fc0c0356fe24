"""Alembic, set up for the histories of the services; loaded only where there is something to migrate."""
