"""A real nats-server for each test of this room."""

from tests.nats import bus, connect, server

__all__ = ["bus", "connect", "server"]
