"""A real nats-server for each test of this room, and a clock that runs on it, frozen at first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telecine.clock import service
from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.settings import Settings
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.clock.timing import FROZEN, settings_for, tell
from tests.nats import bus, connect, server

__all__ = ["bus", "connect", "server"]


@pytest.fixture
def frozen(server: EmbeddedNats, tmp_path: Path) -> Settings:
    """Settings of a clock that stands still."""
    return settings_for(server, tmp_path, speed=FROZEN)


@pytest.fixture
async def started(bus: Bus, frozen: Settings) -> AsyncIterator[ClockAnswer]:
    """What a running, frozen clock says at its start."""
    async with service.running(frozen):
        yield await tell(bus)
