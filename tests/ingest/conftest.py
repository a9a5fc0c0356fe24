"""A real nats-server for each test of this room, and ingest's answers on it."""

from collections.abc import AsyncIterator

import pytest

from telecine.shared.wire.bus import Bus
from tests.ingest.desk import Desk, desk_on
from tests.nats import bus, connect, server

__all__ = ["bus", "connect", "server"]


@pytest.fixture
async def desk(bus: Bus, database_url: str) -> AsyncIterator[Desk]:
    async with desk_on(bus, database_url) as desk:
        yield desk
