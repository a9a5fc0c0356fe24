"""Looking into the sender's connections, for tests."""

import asyncio
import socket

import pytest

from telecine.delivery.connection import Connection


def send_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the kernel take little at a time of what is sent: it would take a whole webhook."""
    inner = Connection.connection_made

    def connection_made(self: Connection, transport: asyncio.BaseTransport) -> None:
        opened = transport.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        inner(self, transport)

    monkeypatch.setattr(Connection, "connection_made", connection_made)
