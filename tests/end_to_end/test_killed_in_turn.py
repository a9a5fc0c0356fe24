"""A second copy of every service, each a process: all are killed amid uploads, one after the other."""

import signal
from functools import partial
from pathlib import Path

import pytest

from telecine.gateway.health import SERVICES
from tests import rooms as houses
from tests.customer import Customer
from tests.end_to_end.traffic import Traffic, traffic
from tests.processes import Copies, Copy, copies
from tests.rooms import Rooms
from tests.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]

FAST = 1000
TYPES = ("video.uploaded", "video.process_succeeded")


async def second_copies(rooms: Rooms, running: Copies) -> dict[str, Copy]:
    """Start a process for each service, side by side; the clock's becomes the owner."""
    started = {name: await running.spawn(name) for name in SERVICES}
    await until(lambda: all(copy.is_up for copy in started.values()), deadline=90)
    await rooms.stop("clock")
    await until(lambda: "lease.taken" in started["clock"].output, deadline=30)
    await rooms.start("clock")
    return started


def more_than(seen: Traffic, uploads: int) -> bool:
    return len(seen.accepted) > uploads


async def all_told(rooms: Rooms, seen: Traffic) -> bool:
    """Whether every event of every accepted upload has come to the receiver."""
    told = {
        (each.json()["data"]["video"]["uuid"], each.json()["type"])
        for each in rooms.receiver.received
    }
    return told >= {(video_id, type_) for video_id in seen.accepted for type_ in TYPES}


async def test_a_copy_of_each_service_is_killed_and_nothing_is_lost(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with houses.opened(data, speed=FAST) as (rooms, customer):
        nats = str(rooms.settings.nats_url)
        options = {"data": str(data), "preset": "instant", "port": "0", "egress": "open"}
        async with copies(tmp_path / "logs", nats_url=nats, **options) as running:
            await customer.endpoint(rooms.receiver.on("/hook"), *TYPES)
            doomed = await second_copies(rooms, running)
            await kill_in_turn(rooms, customer, doomed)


async def kill_in_turn(rooms: Rooms, customer: Customer, doomed: dict[str, Copy]) -> None:
    async with traffic(customer.http) as seen:
        for name in SERVICES:
            await until(partial(more_than, seen, len(seen.accepted) + 10), deadline=60)
            await doomed[name].end(signal.SIGKILL)
    seen.check_answers()
    await until(partial(all_told, rooms, seen), deadline=60)
    assert await rooms.problems() == []
