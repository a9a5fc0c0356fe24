"""Looking into the sender's connections, for tests."""

import asyncio
import socket
from time import perf_counter

import pytest

from telecine.delivery.connection import Connection
from telecine.delivery.exchange import Exchange
from telecine.delivery.pool import Pool
from telecine.delivery.recording import Recording
from telecine.delivery.target import Origin


def send_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the kernel take little at a time of what is sent: it would take a whole webhook."""
    inner = Connection.connection_made

    def connection_made(self: Connection, transport: asyncio.BaseTransport) -> None:
        opened = transport.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        inner(self, transport)

    monkeypatch.setattr(Connection, "connection_made", connection_made)


class Line(asyncio.Transport):
    """A transport that leads nowhere, and keeps what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = ""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return bool(self.closed)

    def close(self) -> None:
        self.closed = "closed"

    def abort(self) -> None:
        self.closed = "aborted"


def exchange_to(origin: Origin, request: bytes = b"request") -> Exchange:
    """An exchange that nobody carries yet."""
    future = asyncio.get_running_loop().create_future()
    return Exchange(origin, request, Recording(perf_counter()), 10.0, future)


def made(pool: Pool, exchange: Exchange, address: str = "127.0.0.1") -> tuple[Connection, Line]:
    """A connection in a pool that has just been made for an exchange, and its line."""
    line = Line()
    connection = Connection(pool, exchange, address, f"{address}:80", None)
    pool.add(connection)
    connection.connection_made(line)
    return connection, line
