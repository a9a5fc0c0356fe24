"""Stopping: a worker that is to stop begins nothing new, whatever it has under way."""

from pathlib import Path
from typing import Any

import pytest

from telecine.delivery.lanes import Lanes
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
