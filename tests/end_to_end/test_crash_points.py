"""A worker is stopped, or gets an exception, at each moment between two of its effects.

Whatever the moment: nothing is lost, no chain forks, and `telecine verify` finds nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, get_args

import pytest

from telecine.simulations.receiver import Answer
from telecine.subscriptions.chains import Chains
from tests import rooms as houses
from tests.customer import Customer
from tests.delivery import effects
from tests.end_to_end.points import (
    DELIVERING,
    DISCARD,
    FOLLOWING_UP,
    MATCHING,
    QUEUEING,
    RESENDING,
    STEPS,
    Point,
    points,
)
from tests.failpoints import CRASHED, Effect, Failpoint, Failpoints, How
from tests.rooms import Rooms
from tests.waiting import until

pytestmark = CRASHED

House = tuple[Rooms, Customer]
FAST = 1000
WAYS: tuple[How, ...] = get_args(How)
Held = Callable[[], Awaitable[bool]]

at_every = pytest.mark.parametrize("how", WAYS)


def named(point: Point) -> str:
    return point.name.replace(" ", "_")


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One sped-up house for all tests of this file: each brings its own endpoints and video."""
    data = tmp_path_factory.mktemp("house") / "data"
    async with houses.opened(data, speed=FAST) as (rooms, customer):
        yield rooms, customer


@pytest.fixture
async def house(shared: House) -> AsyncIterator[House]:
    """The shared house without anybody's endpoints."""
    rooms, customer = shared
    rooms.receiver.received.clear()
    yield rooms, customer
    for endpoint in (await customer.call("GET", "/v1/endpoints"))["endpoints"]:
        await customer.delete(endpoint["id"])


async def crash(
    rooms: Rooms, service: str, failpoint: Failpoint, how: How, held: Held | None = None
) -> None:
    """Wait for the failpoint. A service that stands still there is stopped and started again.

    In between `held` says whether the message that it was handling is still somebody's to handle.
    """
    await asyncio.wait_for(failpoint.reached.wait(), 30)
    if how == "stops":
        await rooms.stop(service)
        still_held = held is None or await held()
        await rooms.start(service)
        assert still_held, "acknowledged before all its effects were done"


def in_queue(rooms: Rooms, stream: str | None, subject: str) -> Held | None:
    """Answer a check that a work queue has a message; None if it need not."""

    async def held() -> bool:
        found = await rooms.bus.js.stream_info(str(stream), subjects_filter=subject)
        return bool(found.state.subjects)

    return held if stream else None


def ahead(house: House, point: Point, durable: str, video_id: str) -> Held | None:
    """Answer a check that a consumer of videos has not acknowledged a video's first fact."""
    rooms, customer = house

    async def held() -> bool:
        position = (await customer.history(video_id))[0]["position"]
        info = await rooms.bus.js.consumer_info("VIDEOS", durable)
        return info.ack_floor is not None and info.ack_floor.stream_seq < int(position)

    return held if point.holds else None


async def at_rest(rooms: Rooms, delivery_id: str) -> bool:
    """Whether nothing about a delivery is under way."""
    queues = await rooms.under_way()
    return delivery_id not in queues.owed and all(
        key != delivery_id for _, key, _ in queues.timers
    )


async def check_chain(
    house: House, endpoint: str, *, state: str, numbers: list[int], requests: int
) -> None:
    """The one delivery of an endpoint ended in a state, by these attempts and so many requests."""
    rooms, customer = house
    found = await customer.ended(endpoint, state)
    delivery_id = found["delivery"]["id"]
    await until(lambda: at_rest(rooms, delivery_id))
    assert [attempt["number"] for attempt in found["attempts"]] == numbers
    triggers = [attempt["trigger"] for attempt in found["attempts"]]
    assert triggers == ["first", "retry"][: len(numbers)]
    sent = [t for t in rooms.receiver.received if t.headers["webhook-id"] == delivery_id]
    assert len(sent) == requests
    assert await rooms.problems() == []


@at_every
@pytest.mark.parametrize("point", DELIVERING, ids=named)
async def test_a_crash_of_delivery_neither_loses_nor_forks_a_chain(
    house: House, failpoints: Failpoints, point: Point, how: How
) -> None:
    rooms, customer = house
    answers = (
        (Answer(500), Answer(500), Answer())
        if repeats_first(point) and not kept_in_memory(point, how)
        else (Answer(500), Answer())
    )
    endpoint = await customer.endpoint(rooms.receiver.on("/hook", *answers))
    failpoint = failpoints.set(point.effect, point.moment, how)

    if point.holds != "DUE" and point.effect.skip == 0:
        await customer.speed(0)  # else its retry might be made beside it, and crash with it
    await customer.upload()
    subject = {"DELIVERIES": "delivery.requested.>", "DUE": "due.delivery.>"}.get(
        point.holds or ""
    )
    await crash(rooms, "delivery", failpoint, how, in_queue(rooms, point.holds, subject or ""))
    await customer.speed(FAST)

    requests = 3 if point.repeated and not kept_in_memory(point, how) else 2
    await check_chain(house, endpoint, state="succeeded", numbers=[1, 2], requests=requests)


def kept_in_memory(point: Point, how: How) -> bool:
    """Whether the outcome outlives the moment: a record that fails is written again, nothing is sent."""
    return how == "raises" and point.effect.name == "write"


def repeats_first(point: Point) -> bool:
    """Whether the first attempt is made twice; it must fail both times."""
    return point.repeated and point.effect.skip == 0


@at_every
@pytest.mark.parametrize("point", points("DELIVERIES", FOLLOWING_UP), ids=named)
async def test_a_second_crash_while_following_up_changes_nothing(
    house: House, failpoints: Failpoints, point: Point, how: How
) -> None:
    rooms, customer = house
    endpoint = await customer.endpoint(rooms.receiver.on("/hook", Answer(500), Answer()))
    first = failpoints.set(effects.RECORDED, "after")
    again = failpoints.set(point.effect, point.moment, how)

    await customer.speed(0)
    await customer.upload()
    await crash(rooms, "delivery", first, "stops")
    await crash(rooms, "delivery", again, how)
    await customer.speed(FAST)

    await check_chain(house, endpoint, state="succeeded", numbers=[1, 2], requests=2)


@at_every
@pytest.mark.parametrize("point", points("DUE", DISCARD), ids=named)
async def test_a_crash_while_discarding_makes_no_request(
    house: House, failpoints: Failpoints, point: Point, how: How
) -> None:
    rooms, customer = house
    endpoint = await customer.endpoint(rooms.receiver.on("/hook", Answer(500), Answer()))
    failpoint = failpoints.set(point.effect, point.moment, how)

    await customer.speed(0)
    await customer.upload()
    await customer.one(endpoint, "postponed")
    await customer.delete(endpoint)
    await customer.speed(FAST)
    await crash(rooms, "delivery", failpoint, how)

    await check_chain(house, endpoint, state="discarded", numbers=[1], requests=1)


@at_every
@pytest.mark.parametrize("point", RESENDING, ids=named)
async def test_a_crash_of_a_resend_makes_its_attempt_once_and_keeps_the_schedule(
    house: House, failpoints: Failpoints, point: Point, how: How
) -> None:
    rooms, customer = house
    is_repeated = point.repeated and not kept_in_memory(point, how)
    failures = [Answer(500)] * (3 if is_repeated else 2)
    endpoint = await customer.endpoint(rooms.receiver.on("/hook", *failures, Answer()))
    await customer.speed(0)
    failpoint = failpoints.set(point.effect, point.moment, how)
    await customer.upload()
    before = await customer.one(endpoint, "postponed")

    resending = asyncio.create_task(
        customer.resend(before["id"])
    )  # which asks until it is answered
    await crash(rooms, "delivery", failpoint, how)
    await resending
    waiting = await attempted(customer, before["id"], 2)
    await customer.speed(FAST)

    found = await customer.ended(endpoint, "succeeded")
    await until(lambda: at_rest(rooms, before["id"]))
    triggers = [attempt["trigger"] for attempt in found["attempts"]]
    assert waiting["delivery"]["next_at"] == before["next_at"]
    assert triggers == ["first", "resend", "retry"]
    assert len(rooms.receiver.received) == (4 if is_repeated else 3)
    assert await rooms.problems() == []


async def attempted(customer: Customer, delivery_id: str, number: int) -> Any:
    """Wait until an attempt of a delivery is on record. Answers the delivery in detail."""

    async def there() -> Any:
        found = await customer.delivery(delivery_id)
        return found if any(each["number"] == number for each in found["attempts"]) else None

    return await until(there)


@at_every
@pytest.mark.parametrize("point", MATCHING, ids=named)
async def test_a_crash_of_matching_leaves_one_delivery_for_each_endpoint(
    house: House, failpoints: Failpoints, point: Point, how: How
) -> None:
    rooms, customer = house
    hooks = [rooms.receiver.on("/one"), rooms.receiver.on("/two")]
    endpoints = [await customer.endpoint(hook) for hook in hooks]
    failpoint = failpoints.set(point.effect, point.moment, how)

    video_id = await customer.upload()
    held = ahead(house, point, "subscriptions-matching", video_id)
    await crash(rooms, "subscriptions", failpoint, how, held)

    for endpoint in endpoints:
        await check_chain(house, endpoint, state="succeeded", numbers=[1], requests=1)


async def test_what_comes_behind_a_place_that_a_crash_left_empty_is_delivered(
    house: House, failpoints: Failpoints
) -> None:
    rooms, customer = house
    ordered = {
        "platform": "omega",
        "url": rooms.receiver.on("/ordered"),
        "types": ["video.uploaded", "video.process_succeeded"],
        "settings": {"ordering": "endpoint"},
    }
    made = await customer.call("POST", "/v1/endpoints", ordered, status=201)
    linked = failpoints.set(Effect(Chains, "link"), "after", "stops")
    await customer.upload()
    await asyncio.wait_for(linked.reached.wait(), 30)
    await customer.switch(made["id"], active=False)
    await rooms.stop("subscriptions")
    await rooms.start("subscriptions")
    await until(lambda: all_matched(rooms), deadline=30)
    assert rooms.receiver.at("/ordered") == []

    await customer.switch(made["id"], active=True)
    await customer.upload()

    def types() -> list[str]:
        return [each.json()["type"] for each in rooms.receiver.at("/ordered")]

    await until(lambda: types().count("video.process_succeeded") >= 1, deadline=30)
    assert types()[0] == "video.uploaded"
    assert await rooms.problems() == []


async def all_matched(rooms: Rooms) -> bool:
    """Whether every fact of a video has been matched."""
    info = await rooms.bus.js.consumer_info("VIDEOS", "subscriptions-matching")
    return not info.num_pending and not info.num_ack_pending


@at_every
@pytest.mark.parametrize("point", [*QUEUEING, *STEPS], ids=named)
async def test_a_crash_of_the_transcoder_leaves_one_fact_for_each_step(
    house: House, failpoints: Failpoints, point: Point, how: How
) -> None:
    rooms, customer = house
    failpoint = failpoints.set(point.effect, point.moment, how)

    video_id = await customer.upload()
    held = in_queue(rooms, point.holds, f"due.transcoder.{video_id}")
    if point in QUEUEING:
        held = ahead(house, point, "transcoder-uploaded", video_id)
    await crash(rooms, "transcoder", failpoint, how, held)

    async def watchable() -> list[str]:
        types = [fact["type"] for fact in await customer.history(video_id)]
        return types if types[-1] == "video.ready_to_watch" else []

    assert await until(watchable) == [
        "video.uploaded",
        "video.ready_for_processing",
        "video.in_progress",
        "video.completed_processing",
        "video.process_succeeded",
        "video.ready_to_watch",
    ]
    assert await rooms.problems() == []
