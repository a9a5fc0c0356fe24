"""Two copies of subscriptions as processes: one is paused amid uploads, the other matches on, in order."""

import re
import signal
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg

from tests import rooms as houses
from tests.customer import Customer
from tests.processes import Copies, Copy, copies
from tests.rooms import Rooms
from tests.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]

TYPES = ["video.uploaded", "video.process_succeeded"]
UPLOADS = 12


async def ordered_endpoint(rooms: Rooms, customer: Customer) -> str:
    body = {
        "platform": "omega",
        "url": rooms.receiver.on("/hook"),
        "types": TYPES,
        "settings": {"ordering": "endpoint"},
    }
    return str((await customer.call("POST", "/v1/endpoints", body, status=201))["id"])


async def leader(running: Copies) -> Copy:
    """Answer the copy that has taken the lease last."""

    async def taken() -> Copy | None:
        times = {
            match[-1]: copy
            for copy in running.all
            if (match := re.findall(r'\{.*"lease.taken".*"timestamp": "([^"]+)"', copy.output))
        }
        return times[max(times)] if times else None

    return await until(taken, deadline=30)  # type: ignore[no-any-return]  # what `taken` answers


async def test_who_is_paused_is_followed_and_order_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    owed: list[tuple[int, str, str | None]] = []

    async def note(message: Msg) -> None:
        fields: Any = message.headers or {}
        position = int(fields["telecine-event-sequence"])
        owed.append((position, fields["ce-id"], fields.get("telecine-predecessor")))

    async with houses.opened(data, speed=1000) as (rooms, customer):
        await rooms.bus.client.subscribe("delivery.requested.>", cb=note)
        options = {"data": str(data), "preset": "instant", "egress": "open"}
        nats = str(rooms.settings.nats_url)
        async with copies(tmp_path / "logs", nats_url=nats, **options) as running:
            started = [await running.spawn("subscriptions") for _ in range(2)]
            await until(lambda: all(copy.is_up for copy in started), deadline=90)
            await rooms.stop("subscriptions")
            await ordered_endpoint(rooms, customer)
            paused = await leader(running)
            await customer.upload()
            await until(lambda: len(ids(owed)) == len(TYPES))

            paused.send(signal.SIGSTOP)
            for _ in range(UPLOADS):
                await customer.upload()
            await until(lambda: len(ids(owed)) == len(TYPES) * (UPLOADS + 1), deadline=60)
            paused.send(signal.SIGCONT)
            await until(lambda: "lease.lost" in paused.output, deadline=30)
            await customer.upload()
            await until(lambda: len(ids(owed)) == len(TYPES) * (UPLOADS + 2), deadline=60)

            check_chain(owed)
            assert await rooms.problems() == []


def ids(owed: list[tuple[int, str, str | None]]) -> set[str]:
    return {delivery_id for _, delivery_id, _ in owed}


def check_chain(owed: list[tuple[int, str, str | None]]) -> None:
    """Whoever published it, a delivery has one predecessor: the one before it in the log's order."""
    before: dict[str, set[str | None]] = defaultdict(set)
    for _, delivery_id, predecessor in owed:
        before[delivery_id].add(predecessor)
    positions = {delivery_id: position for position, delivery_id, _ in owed}
    chain = sorted(positions, key=lambda each: positions[each])
    assert [before[each] for each in chain] == [{None}, *({each} for each in chain[:-1])]
