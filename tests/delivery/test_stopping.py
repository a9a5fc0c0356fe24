"""Stopping: a worker that is to stop begins nothing new, whatever it has under way."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from telecine.delivery.lanes import Lanes
from telecine.delivery.records import Entry, Records, Written
from telecine.simulations.receiver import Answer
from tests import rooms as houses
from tests.delivery.deciding import Deciding, endpoint
from tests.waiting import until


async def test_a_worker_begins_nothing_new_while_a_drain_of_its_comes_to_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lanes are closed at once, and not when the drain has had its time to end."""
    under_way: list[int] = []
    close = Lanes.close

    def noted(self: Lanes[Any]) -> None:
        under_way.append(self.busy)
        close(self)

    monkeypatch.setattr(Lanes, "close", noted)
    async with (
        Deciding() as receiver,
        houses.opened(tmp_path / "data", speed=0) as (rooms, customer),
    ):
        busy, slow = Answer(429, headers={"retry-after": "600"}), Answer(delay=1.0)
        receiver.decide = lambda _: busy if len(receiver.received) == 1 else slow
        hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"], retries="none")
        await customer.upload("asks for less")
        await customer.one(hooks, "exhausted")
        await customer.upload("parked")

        async def parked() -> bool:
            return bool(await customer.deliveries(endpoint_id=hooks, state="parked"))

        await until(parked)
        await customer.speed(1000)
        await receiver.wait(lambda it: len(it.received) == 2, deadline=30)

        await rooms.stop("delivery")

        assert under_way[0] == 1, "what was fetched was under way still"


async def test_a_worker_waits_for_the_record_of_a_resend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or whoever comes next would send it once more."""
    write, is_slow = Records.write, asyncio.Event()

    async def slowly(records: Records, entries: list[Entry]) -> Written:
        if any(entry.cause for entry in entries):
            is_slow.set()
            await asyncio.sleep(0.5)
        return await write(records, entries)

    monkeypatch.setattr(Records, "write", slowly)
    async with houses.opened(tmp_path / "data", speed=0) as (rooms, customer):
        hooks = await customer.endpoint(rooms.receiver.on("/hook"))
        await customer.upload()
        delivery = await customer.one(hooks, "succeeded")
        await customer.resend(delivery["id"])
        await is_slow.wait()

        await rooms.stop("delivery")
        await rooms.start("delivery")

        made = (await customer.delivery(delivery["id"]))["attempts"]
        assert [each["trigger"] for each in made] == ["first", "resend"]
        assert await rooms.problems() == []
        assert len(rooms.receiver.received) == 2
