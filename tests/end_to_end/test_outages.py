"""NATS or PostgreSQL away in the midst of uploads: clear answers, nothing lost, and all by itself."""

import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telecine.simulations import nats_room, nats_server
from tests import rooms as houses
from tests.customer import Customer
from tests.end_to_end.traffic import Traffic, traffic
from tests.failpoints import CRASHED
from tests.outage import doored
from tests.rooms import Rooms
from tests.waiting import until

# Connections are lost while they are made, or in use: what that leaves open may be found here.
pytestmark = [pytest.mark.crash, pytest.mark.timeout(180), CRASHED]

FAST = 1000
#: Wall seconds, long enough to be seen by everybody.
AWAY = 5.0
TYPES = ("video.uploaded", "video.process_succeeded")

House = tuple[Rooms, Customer]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with houses.opened(tmp_path / "data", speed=FAST) as (rooms, customer):
        await customer.endpoint(rooms.receiver.on("/hook"), *TYPES)
        yield rooms, customer


async def under_way(seen: Traffic) -> None:
    """Wait until uploads run."""
    await until(lambda: len(seen.accepted) >= 5 and seen.ready[-1:] == [200], deadline=30)


async def over(seen: Traffic) -> None:
    """Wait until the house has recovered: ready again, and accepting."""
    before = len(seen.accepted)
    await until(lambda: seen.ready[-1] == 200 and len(seen.accepted) > before + 20, deadline=120)


async def check(house: House, seen: Traffic) -> None:
    """Nothing is lost: every upload that was accepted has ended, and was told."""
    rooms, _ = house
    seen.check_answers()

    async def all_told() -> bool:
        told = {
            (each.json()["data"]["video"]["uuid"], each.json()["type"])
            for each in rooms.receiver.received
        }
        return told >= {(video_id, type_) for video_id in seen.accepted for type_ in TYPES}

    await until(all_told, deadline=60)
    assert await rooms.problems() == []


async def test_nats_that_is_killed_and_comes_back_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms, customer = house
    monkeypatch.setattr(nats_server, "BACKOFF", (AWAY,) * 4)
    async with traffic(customer.http) as seen:
        await under_way(seen)
        before, so_far = rooms.server.pid, len(seen.ready)
        os.kill(before, signal.SIGKILL)
        await until(lambda: 503 in seen.ready[so_far:], deadline=30)
        await until(lambda: rooms.server.pid != before, deadline=30 + AWAY)
        await over(seen)

    await check(house, seen)


async def test_nats_that_stands_still_loses_nothing(house: House) -> None:
    rooms, customer = house
    async with traffic(customer.http) as seen:
        await under_way(seen)
        so_far = len(seen.ready)
        os.kill(rooms.server.pid, signal.SIGSTOP)
        try:
            await until(lambda: 503 in seen.ready[so_far:], deadline=30)
        finally:
            os.kill(rooms.server.pid, signal.SIGCONT)
        await over(seen)

    await check(house, seen)


async def test_postgresql_that_goes_away_and_comes_back_loses_nothing(tmp_path: Path) -> None:
    async with (
        doored() as door,
        houses.opened(tmp_path / "data", speed=FAST, database_url=door.url) as house,
    ):
        rooms, customer = house
        await customer.endpoint(rooms.receiver.on("/hook"), *TYPES)
        async with traffic(customer.http) as seen:
            await under_way(seen)
            so_far = len(seen.ready)
            await door.shut()
            await until(lambda: 503 in seen.ready[so_far:] and seen.refusals(), deadline=30)
            await door.open()
            await over(seen)

        await check(house, seen)


async def test_nats_without_room_refuses_clearly_and_stores_again_when_there_is_some(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server may not make its files any larger: for it, that is a full disk."""
    rooms, customer = house
    monkeypatch.setattr(nats_room, "LOOK", 0.5)
    monkeypatch.setattr(nats_room, "ENOUGH", sys.maxsize)
    async with traffic(customer.http) as seen:
        await under_way(seen)
        before = rooms.server.pid
        resource.prlimit(before, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
        await until(lambda: seen.ready[-1] == 503 and seen.refusals(), deadline=30)
        assert rooms.server.pid == before, "without room, another one would fare no better"

        monkeypatch.setattr(nats_room, "ENOUGH", 0)
        await until(lambda: rooms.server.pid != before, deadline=30)
        await over(seen)

    await check(house, seen)
