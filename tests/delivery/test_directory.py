"""The endpoints as a delivery worker knows them: never less far than the delivery speaks of."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from telecine.delivery import directory as directories
from telecine.delivery.directory import Directory
from telecine.shared.aggregates.endpoint import Known
from telecine.shared.errors import BrokenLog, Unavailable
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import ENDPOINT
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import bus, connect, killed, server
from tests.shared.endpoints import ACTIVE, DELETED, FACTS, ID, INACTIVE, stamp
from tests.shared.videos import ORG

__all__ = ["bus", "connect", "server"]


async def append(bus: Bus, fact: str) -> int:
    """Append a fact of THE endpoint. Answers its position."""
    log = EventLog(bus, ENDPOINT)
    loaded = await log.load(ORG, ID)
    when = stamp(loaded.version + 1)
    return (await log.append(loaded, FACTS[fact], when, Trace("cause-1", "wish-1"))).sequence


@pytest.fixture
async def directory(bus: Bus) -> AsyncIterator[Directory]:
    """A directory that begins when there is one endpoint, active."""
    await append(bus, "created")
    found = Directory(bus, EventLog(bus, ENDPOINT))
    async with found.following():
        yield found


async def test_an_endpoint_from_before_is_known_at_once(directory: Directory) -> None:
    assert await directory.find(ID, 1) == ACTIVE


async def test_an_endpoint_is_found_as_it_is_after_the_fact_that_is_spoken_of(
    bus: Bus, directory: Directory
) -> None:
    finding = asyncio.create_task(directory.find(ID, 2))
    await asyncio.wait([finding], timeout=0)  # it has begun, and waits

    await append(bus, "deactivated")

    assert await finding == INACTIVE


async def test_an_endpoint_is_found_as_it_is_now_however_old_the_fact_that_is_spoken_of(
    bus: Bus, directory: Directory
) -> None:
    await append(bus, "deactivated")
    last = await append(bus, "deleted")
    await directory.find(ID, last)

    assert await directory.find(ID, 1) == DELETED


async def test_a_fact_that_does_not_come_is_no_reason_to_send_without_it(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directories, "PATIENCE", 0.05)

    with pytest.raises(Unavailable, match="fact 9 has not come"):
        await directory.find(ID, 9)


async def test_an_endpoint_without_any_fact_breaks_the_log(directory: Directory) -> None:
    with pytest.raises(BrokenLog):
        await directory.find("0" * 24, 1)


async def look(directory: Directory, seen: set[Known]) -> None:
    """Note what the endpoint is said to be, all the time."""
    while True:
        seen.add(await directory.find(ID, 0))
        await asyncio.sleep(0)


async def test_after_a_reconnect_no_endpoint_is_as_it_was_before(
    server: EmbeddedNats, bus: Bus, directory: Directory
) -> None:
    for fact in ("deactivated", "activated") * 100:
        await append(bus, fact)
    last = await append(bus, "deactivated")
    now = await directory.find(ID, last)
    told: list[str] = []
    directory.on_change(lambda _, endpoint: told.append(endpoint))

    seen = {now}
    looking = asyncio.create_task(look(directory, seen))
    await killed(server, bus)
    then = await directory.find(ID, await append(bus, "deleted"))
    looking.cancel()

    assert seen <= {now, then}
    assert told == [ID]
