"""A real nats-server for each test of this room, and both databases."""

from tests.databases import database_url
from tests.nats import bus, connect, server

__all__ = ["bus", "connect", "database_url", "server"]
