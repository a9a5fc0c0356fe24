"""Order on two workers: a video's webhooks reach an endpoint one after the other, others flow on."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from telecine.simulations.receiver import Answer
from tests import rooms as houses
from tests.customer import Customer
from tests.delivery.deciding import Deciding, about, endpoint
from tests.rooms import Rooms
from tests.waiting import until

House = tuple[Rooms, Customer]
FAST = 50_000


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A frozen house with two delivery workers, that tells every type of a video's events."""
    async with houses.opened(tmp_path / "data", speed=0, fidelity="extended") as (rooms, customer):
        await rooms.start("delivery")
        yield rooms, customer


@pytest.fixture
def often_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for it before the house, which reads the period when it begins."""
    monkeypatch.setattr("telecine.delivery.sweeping._PERIOD", 0.2)


@pytest.fixture
async def receiver() -> AsyncIterator[Deciding]:
    async with Deciding() as receiving:
        yield receiving


def told(receiver: Deciding) -> dict[str, list[str]]:
    """Answer the types of each video's webhooks, in the order in which they came."""
    found: dict[str, list[str]] = defaultdict(list)
    for taken in receiver.received:
        found[about(taken)].append(taken.json()["type"])
    return found


async def happened(customer: Customer, video_id: str) -> list[str]:
    """Answer the types of a video's facts, when it is done."""

    async def done() -> list[str]:
        types = [fact["type"] for fact in await customer.history(video_id)]
        return types if types[-1] == "video.ready_to_watch" else []

    return list(await until(done))


async def ended(customer: Customer, endpoint_id: str, count: int) -> list[dict[str, Any]]:
    """Wait until so many deliveries of an endpoint have ended; answer them, the oldest first."""

    async def all_ended() -> list[dict[str, Any]]:
        found = await customer.deliveries(endpoint_id=endpoint_id)
        waiting = [each for each in found if each["state"] in {"postponed", "parked"}]
        return found if len(found) == count and not waiting else []

    return list(reversed(await until(all_ended, deadline=60)))


async def test_videos_flow_on_while_the_first_webhook_of_one_fails_for_75_hours(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    receiver.decide = lambda taken: Answer(
        500 if about(taken) == "stuck" and taken.json()["type"] == "video.uploaded" else 200
    )
    hooks = await endpoint(customer, receiver.on("/hook"), ordering="video")

    stuck = await customer.upload("stuck")
    others = {f"other {n}": await customer.upload(f"other {n}") for n in range(4)}
    types = await happened(customer, stuck)
    for video_id in others.values():
        await happened(customer, video_id)
    await receiver.wait(lambda it: len(it.received) == 1 + len(others) * len(types), deadline=30)

    assert {title: told(receiver)[title] for title in others} == dict.fromkeys(others, types)
    assert told(receiver)["stuck"] == ["video.uploaded"], "its followers wait behind it"
    behind = await customer.deliveries(endpoint_id=hooks, state="parked")
    assert {each["reason"] for each in behind} == {"ordering"}
    assert len(behind) == len(types) - 1
    assert await rooms.problems() == []

    await customer.speed(FAST)
    found = await ended(customer, hooks, len(types) * (1 + len(others)))

    of_stuck = [each for each in found if each["video_id"] == stuck]
    assert [each["event_type"] for each in of_stuck] == types
    assert [each["state"] for each in of_stuck] == ["exhausted", *["succeeded"] * (len(types) - 1)]
    assert told(receiver)["stuck"] == ["video.uploaded"] * 10 + types[1:]
    first, second = [await customer.delivery(each["id"]) for each in of_stuck[:2]]
    waited = moment(second["attempts"][0]["started_at"]) - moment(
        first["attempts"][0]["started_at"]
    )
    assert waited >= timedelta(hours=75, minutes=35), "the whole schedule went before it"
    assert await rooms.problems() == []


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_with_order_by_endpoint_nothing_overtakes_anything(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    receiver.decide = lambda taken: Answer(500 if taken.number == 1 else 200)
    hooks = await endpoint(customer, receiver.on("/hook"), ordering="endpoint", retries=[0, 5, 5])
    await customer.speed(1000)

    for number in range(3):
        await happened(customer, await customer.upload(f"clip {number}"))
    found = await ended(customer, hooks, 18)

    order = [taken.headers["webhook-id"] for taken in receiver.received]
    assert len(order) == 36, "each failed once"
    assert order[::2] == order[1::2], "none before the one before it had succeeded"
    by_predecessor = {each["predecessor"]: each["id"] for each in found}
    chain, last = [], by_predecessor[None]
    while last:
        chain.append(last)
        last = by_predecessor.get(last)
    assert order[::2] == chain
    assert await rooms.problems() == []


async def test_without_order_a_failure_holds_nobody_back(house: House, receiver: Deciding) -> None:
    _, customer = house
    receiver.decide = lambda taken: Answer(
        500 if taken.json()["type"] == "video.uploaded" else 200
    )
    hooks = await endpoint(customer, receiver.on("/hook"))

    types = await happened(customer, await customer.upload("clip"))
    await receiver.wait(lambda it: len(it.received) == len(types), deadline=30)

    assert sorted(told(receiver)["clip"]) == sorted(types)
    assert await customer.deliveries(endpoint_id=hooks, state="parked") == []


@pytest.mark.usefixtures("often_swept")
async def test_a_follower_goes_when_its_endpoint_asks_for_order_no_more(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    receiver.decide = lambda taken: Answer(
        500 if taken.json()["type"] == "video.uploaded" else 200
    )
    hooks = await endpoint(customer, receiver.on("/hook"), ordering="video")
    types = await happened(customer, await customer.upload("clip"))

    async def waiting() -> bool:
        behind = await customer.deliveries(endpoint_id=hooks, state="parked")
        return len(behind) == len(types) - 1

    await until(waiting)
    change = {"settings": {"ordering": "none"}}
    await customer.call("PATCH", f"/v1/endpoints/{hooks}", change)

    await receiver.wait(lambda it: len(it.received) == len(types), deadline=30)
    assert sorted(told(receiver)["clip"]) == sorted(types)
    assert await rooms.problems() == []


async def test_who_comes_after_another_one_waits_for_it_also_where_the_endpoint_is_off(
    house: House, receiver: Deciding
) -> None:
    """Else both would be fetched side by side when it is on again."""
    rooms, customer = house
    hooks = await endpoint(customer, receiver.on("/hook"), ordering="video")
    await rooms.stop("delivery")
    types = await happened(customer, await customer.upload("clip"))

    async def all_owed() -> bool:
        return len((await rooms.under_way()).owed) == len(types)

    await until(all_owed)
    await customer.switch(hooks, active=False)
    await rooms.start("delivery")

    async def reasons() -> list[str]:
        found = await customer.deliveries(endpoint_id=hooks, state="parked")
        return [each["reason"] for each in found] if len(found) == len(types) else []

    assert sorted(await until(reasons)) == ["disabled", *["ordering"] * (len(types) - 1)]
    await customer.switch(hooks, active=True)

    await receiver.wait(lambda it: len(it.received) == len(types), deadline=30)
    assert told(receiver)["clip"] == types
    assert await rooms.problems() == []
