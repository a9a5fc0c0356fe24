"""A real nats-server for one test: the embedded one, fresh, on a free port, gone afterwards."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from telecine.shared.wire.bus import Bus, connected
from telecine.shared.wire.streams import bootstrap
from telecine.simulations.nats_server import EmbeddedNats
from tests.waiting import until

#: Opens one more connection to the test's server, as another service would: `async with connect():`.
Connect = Callable[[], AbstractAsyncContextManager[Bus]]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedNats]:
    """A nats-server without any stream."""
    async with EmbeddedNats(tmp_path / "nats") as running:
        yield running


@pytest.fixture
def connect(server: EmbeddedNats) -> Connect:
    return lambda: connected(server.url, "test")


@pytest.fixture
async def bus(connect: Connect) -> AsyncIterator[Bus]:
    """A connection to a server that has the house's streams."""
    async with connect() as bus:
        await bootstrap(bus.js)
        yield bus


async def killed(server: EmbeddedNats, *buses: Bus) -> None:
    """Kill the server with SIGKILL; return when it runs again and these connections are back."""
    before, connections = server.pid, [bus.client.stats["reconnects"] for bus in buses]
    os.kill(before, signal.SIGKILL)
    await until(lambda: server.pid != before, deadline=60)
    await until(
        lambda: all(
            bus.is_connected and bus.client.stats["reconnects"] > count
            for bus, count in zip(buses, connections, strict=True)
        )
    )
