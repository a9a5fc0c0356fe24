"""The guard on a chain of retries: whatever is killed or comes twice, an attempt moves it on once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from telecine.delivery.tables import GateRow
from telecine.shared.tables.database import opened
from telecine.simulations.receiver import Answer
from tests import rooms as houses
from tests.customer import Customer
from tests.delivery import effects
from tests.delivery.receivers import Slow, Wire, answer, receiving
from tests.delivery.rows import add, attempt, delivery
from tests.failpoints import CRASHED, Failpoints
from tests.nats import killed
from tests.rooms import Rooms
from tests.waiting import until

pytestmark = CRASHED

House = tuple[Rooms, Customer]


@pytest.fixture
async def frozen(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose services stop one by one; time is frozen, so that timers stay where they are."""
    async with houses.opened(tmp_path / "data", speed=0) as (rooms, customer):
        yield rooms, customer


async def test_killed_between_record_and_acknowledgement_the_attempt_is_not_repeated(
    frozen: House, failpoints: Failpoints
) -> None:
    rooms, customer = frozen
    endpoint = await customer.endpoint(rooms.receiver.on("/hook", Answer(500), Answer()))
    point = failpoints.set(effects.RECORDED, "after")

    await customer.upload()
    await asyncio.wait_for(point.reached.wait(), 30)
    await rooms.stop("delivery")
    (owed,) = (await rooms.under_way()).owed
    assert await rooms.timers_of(owed) == [], "it died before it set the timer"
    await rooms.start("delivery")
    await until(rooms.are_at_rest)

    found = await customer.delivery(owed)
    assert len(rooms.receiver.at("/hook")) == 1
    assert [(a["number"], a["trigger"]) for a in found["attempts"]] == [(1, "first")]
    assert await rooms.timers_of(owed) == [f"timer.delivery.{owed}.2"]
    assert await rooms.problems() == []

    await customer.speed(1000)
    found = await customer.ended(endpoint, "succeeded")
    assert [(a["number"], a["trigger"]) for a in found["attempts"]] == [
        (1, "first"),
        (2, "retry"),
    ]
    assert len(rooms.receiver.at("/hook")) == 2


async def test_killed_between_answer_and_record_the_attempt_is_made_again_and_recorded_once(
    frozen: House, failpoints: Failpoints
) -> None:
    rooms, customer = frozen
    endpoint = await customer.endpoint(rooms.receiver.on("/hook", Answer(500)))
    point = failpoints.set(effects.SENT, "after")

    await customer.upload()
    await asyncio.wait_for(point.reached.wait(), 30)
    await rooms.stop("delivery")
    await rooms.start("delivery")
    found = await customer.ended(endpoint, "postponed")
    await until(rooms.are_at_rest)

    delivery_id = found["delivery"]["id"]
    ids = [taken.headers["webhook-id"] for taken in rooms.receiver.at("/hook")]
    assert ids == [delivery_id] * 2, "at least once, and the receiver knows it by its id"
    assert [(a["number"], a["trigger"]) for a in found["attempts"]] == [(1, "first")]
    assert await rooms.timers_of(delivery_id) == [f"timer.delivery.{delivery_id}.2"]
    assert await rooms.problems() == []


async def owe_again(rooms: Rooms) -> None:
    """Publish the one owed delivery once more, as if its id had been forgotten."""
    message = await rooms.bus.js.get_last_msg("DELIVERIES", "delivery.requested.>")
    headers = {k: v for k, v in (message.headers or {}).items() if k != "Nats-Msg-Id"}
    await rooms.bus.publish(str(message.subject), message.data or b"", headers=headers)


async def owed_to_two(rooms: Rooms, customer: Customer, url: str) -> str:
    """Have one delivery owed twice while nobody sends; then start two workers."""
    await rooms.stop("delivery")
    endpoint = await customer.endpoint(url)
    await customer.upload()
    await until(lambda: owing(rooms))
    await owe_again(rooms)
    for _ in range(2):
        await rooms.start("delivery")
    return endpoint


async def owing(rooms: Rooms, number: int = 1) -> bool:
    return len((await rooms.under_way()).owed) >= number


async def owed_two(rooms: Rooms, customer: Customer, url: str) -> tuple[str, set[str]]:
    """Have two deliveries owed, of which one has to wait for the other; answer the endpoint and both."""
    endpoint = await customer.endpoint(url)
    await customer.call("PATCH", f"/v1/endpoints/{endpoint}", {"settings": {"in_flight": 1}})
    for _ in range(2):
        await customer.upload()
    await until(lambda: owing(rooms, 2))
    return endpoint, set((await rooms.under_way()).owed)


async def recorded_by_another(rooms: Rooms, endpoint: str, delivery_id: str) -> None:
    """Put on record what another worker has done with a delivery."""
    async with opened(rooms.settings.database("delivery"), []) as database:
        done = delivery(delivery_id, endpoint_id=endpoint, state="succeeded")
        await add(database, done, attempt(1, delivery_id=delivery_id, endpoint_id=endpoint))


async def test_what_another_worker_did_while_it_waited_in_its_lane_is_not_sent_behind_that(
    frozen: House,
) -> None:
    rooms, customer = frozen
    slow = Slow()

    async with receiving(slow.take) as receiver:
        await rooms.stop("delivery")  # what is stored before it connects may be somebody's work
        endpoint, both = await owed_two(rooms, customer, receiver.url)
        await rooms.start("delivery")
        await until(lambda: receiver.requests)
        (waiting,) = both - {receiver.requests[0].headers["webhook-id"]}
        await recorded_by_another(rooms, endpoint, waiting)
        slow.may_end.set()
        await until(rooms.are_at_rest)

    assert len(receiver.requests) == 1


async def test_what_waited_over_a_kill_of_nats_is_not_sent_behind_what_another_worker_did(
    frozen: House,
) -> None:
    rooms, customer = frozen
    slow = Slow()

    async with receiving(slow.take) as receiver:
        endpoint, both = await owed_two(rooms, customer, receiver.url)
        await until(lambda: receiver.requests)
        (waiting,) = both - {receiver.requests[0].headers["webhook-id"]}
        await killed(rooms.server, rooms.bus)
        await recorded_by_another(rooms, endpoint, waiting)
        slow.may_end.set()
        await until(rooms.are_at_rest)

    assert len(receiver.requests) == 1


async def test_of_two_workers_with_the_same_message_one_moves_the_chain_on(frozen: House) -> None:
    rooms, customer = frozen
    both_here = asyncio.Barrier(2)

    async def fails_both_at_once(wire: Wire) -> None:
        await wire.request()
        await both_here.wait()
        await wire.say(answer(500, "No"))
        await wire.until_closed()

    async with receiving(fails_both_at_once) as receiver:
        endpoint = await owed_to_two(rooms, customer, receiver.url)
        await until(rooms.are_at_rest)
        found = await customer.ended(endpoint, "postponed")

    delivery, attempts = found["delivery"], found["attempts"]
    assert len(receiver.requests) == 2
    assert [(a["number"], a["trigger"]) for a in attempts] == [(1, "first"), (1, "repeat")]
    assert (attempts[1]["next_at"], attempts[1]["next_reason"]) == (None, None)
    assert delivery["attempts"] == 1
    assert delivery["next_at"] == attempts[0]["next_at"]
    assert await rooms.timers_of(delivery["id"]) == [f"timer.delivery.{delivery['id']}.2"]
    assert await rooms.problems() == []


async def only_the_winners_message_is_left(rooms: Rooms) -> bool:
    return (await rooms.bus.js.stream_info("DELIVERIES")).state.messages == 1


async def test_who_loses_the_race_sees_to_what_the_winner_may_not_live_to_publish(
    frozen: House, failpoints: Failpoints
) -> None:
    rooms, customer = frozen
    both_here = asyncio.Barrier(2)

    async def fails_both_at_once(wire: Wire) -> None:
        await wire.request()
        await both_here.wait()
        await wire.say(answer(500, "No"))
        await wire.until_closed()

    winner = failpoints.set(effects.TIMER_SET, "before")
    async with receiving(fails_both_at_once) as receiver:
        endpoint = await owed_to_two(rooms, customer, receiver.url)
        await asyncio.wait_for(winner.reached.wait(), 30)
        delivery = (await customer.ended(endpoint, "postponed"))["delivery"]

        await until(lambda: only_the_winners_message_is_left(rooms))

        assert await rooms.timers_of(delivery["id"]) == [f"timer.delivery.{delivery['id']}.2"]
        await rooms.stop("delivery")
        await rooms.start("delivery")
        await until(rooms.are_at_rest)
        assert await rooms.timers_of(delivery["id"]) == [f"timer.delivery.{delivery['id']}.2"]
        assert await rooms.problems() == []


async def drain_again(rooms: Rooms) -> None:
    """Have the one endpoint's timer fired for a second drain, as a kill of NATS does."""
    async with (
        opened(rooms.settings.database("delivery"), []) as database,
        database.writing() as connection,
    ):
        await connection.execute(update(GateRow).values(draining=False))
    message = await rooms.bus.js.get_last_msg("DUE", "due.gate.>")
    headers = {k: v for k, v in (message.headers or {}).items() if k != "Nats-Msg-Id"}
    await rooms.bus.publish(str(message.subject), message.data or b"", headers=headers)


async def no_gate_is_drained(rooms: Rooms) -> bool:
    """Whether no timer of an endpoint is being worked on."""
    info = await rooms.bus.js.stream_info("DUE", subjects_filter="due.gate.>")
    return not info.state.subjects


async def test_of_two_workers_with_the_same_resend_one_attempt_counts(frozen: House) -> None:
    rooms, customer = frozen
    both_here = asyncio.Barrier(2)
    taken: list[Wire] = []

    async def answers_both_at_once(wire: Wire) -> None:
        await wire.request()
        taken.append(wire)
        if len(taken) > 1:
            await both_here.wait()
        await wire.say(answer(200, "OK", "Connection: close"))
        await wire.until_closed()

    async with receiving(answers_both_at_once) as receiver:
        endpoint = await customer.endpoint(receiver.url)
        await customer.upload()
        delivery_id = (await customer.ended(endpoint, "succeeded"))["delivery"]["id"]
        await rooms.start("delivery")
        await customer.call("POST", f"/v1/deliveries/{delivery_id}/resend", status=202)
        await until(lambda: len(taken) == 2)
        await drain_again(rooms)
        await until(lambda: no_gate_is_drained(rooms))
        found = await customer.delivery(delivery_id)

    made = [(a["number"], a["trigger"]) for a in found["attempts"]]
    assert len(receiver.requests) == 3
    assert sorted(made) == [(1, "first"), (2, "repeat"), (2, "resend")]
    assert (found["delivery"]["state"], found["delivery"]["attempts"]) == ("succeeded", 2)
    assert await rooms.problems() == []
