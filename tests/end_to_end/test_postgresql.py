"""The same house on PostgreSQL: it delivers, retries, survives crashes, and its copies agree."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telecine.simulations.receiver import Answer
from tests import postgresql
from tests import rooms as houses
from tests.customer import BEARER, Customer
from tests.delivery import effects
from tests.failpoints import CRASHED, Effect, Failpoints
from tests.rooms import Rooms
from tests.waiting import until

pytestmark = CRASHED

House = tuple[Rooms, Customer]
FAST = 1000
UPLOADS = 10


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with (
        postgresql.database() as url,
        houses.opened(tmp_path / "data", database_url=url, speed=FAST) as opened_house,
    ):
        yield opened_house


async def test_a_house_on_postgresql_delivers_lists_and_verifies(house: House) -> None:
    rooms, customer = house
    await customer.endpoint(rooms.receiver.on("/hook"), "video.process_succeeded")
    for number in range(UPLOADS):
        await customer.upload(str(number))

    async def recorded() -> bool:
        page = await customer.call("GET", "/v1/deliveries", params={"limit": "7"})
        after = {"limit": "7", "cursor": page["cursor"]} if page["cursor"] else {"limit": "1"}
        rest = await customer.call("GET", "/v1/deliveries", params=after)
        return len({row["id"] for row in page["deliveries"] + rest["deliveries"]}) == UPLOADS

    await until(recorded, deadline=30)
    listed = await customer.http.get("/company/client/video", headers=BEARER)

    assert listed.json()["total"] == UPLOADS
    assert await rooms.problems() == []


@pytest.mark.parametrize(
    "effect",
    [effects.SENT, effects.RECORDED, effects.TIMER_SET, effects.TOLD],
    ids=lambda effect: effect.name,
)
async def test_a_crash_of_delivery_neither_loses_nor_forks_a_chain_on_postgresql(
    house: House, failpoints: Failpoints, effect: Effect
) -> None:
    rooms, customer = house
    failing = (Answer(500), Answer(500)) if effect is effects.SENT else (Answer(500),)
    endpoint = await customer.endpoint(rooms.receiver.on("/hook", *failing, Answer()))
    failpoint = failpoints.set(effect, "after")

    await customer.speed(0)  # else the retry might be made beside it, and crash with it
    await customer.upload()
    await asyncio.wait_for(failpoint.reached.wait(), 30)
    await rooms.stop("delivery")
    await rooms.start("delivery")
    await customer.speed(1000)

    found = await customer.ended(endpoint, "succeeded")
    assert [attempt["number"] for attempt in found["attempts"]] == [1, 2]
    assert len(rooms.receiver.received) == len(failing) + 1
    assert await rooms.problems() == []


async def test_two_copies_of_every_service_agree_on_one_postgresql(house: House) -> None:
    rooms, customer = house
    copied = ("ingest", "subscriptions", "delivery", "transcoder")
    await asyncio.gather(*(rooms.start(name) for name in copied))
    endpoint = await customer.endpoint(rooms.receiver.on("/hook", Answer(500), Answer()))

    for number in range(UPLOADS):
        video_id = await customer.upload(str(number))
        listed = await customer.http.get("/company/client/video", headers=BEARER)
        assert video_id in listed.text, "a video that was answered is listed by either copy"

    async def all_done() -> bool:
        found = await customer.deliveries(endpoint_id=endpoint, state="succeeded")
        return len(found) == UPLOADS

    await until(all_done, deadline=30)
    assert len(rooms.receiver.received) == 2 * UPLOADS, (
        "a failure and its retry, and nothing twice"
    )
    assert await rooms.problems() == []
