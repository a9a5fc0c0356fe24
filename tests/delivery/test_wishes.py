"""What is sent again keeps to its endpoint's limits, waits for it, and keeps nothing live waiting."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from telecine.delivery import desk
from telecine.delivery.breaker import THRESHOLD
from telecine.delivery.parking import ParkingLot
from telecine.delivery.tables import ResendRow
from telecine.delivery.wishes import Wish, Wishes
from telecine.shared.tables.database import opened
from telecine.simulations.receiver import Answer
from tests import rooms as houses
from tests.customer import BEARER, ORG, Customer
from tests.delivery.deciding import Deciding, about, endpoint
from tests.rooms import Rooms
from tests.waiting import until

UPLOADED = ["video.uploaded"]
SINCE = {"since": "2020-01-01T00:00:00Z"}
COUNT = 12

House = tuple[Rooms, Customer]


@pytest.fixture
async def receiver() -> AsyncIterator[Deciding]:
    async with Deciding() as receiving:
        yield receiving


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house in which time stands still, and what fails is exhausted at once."""
    async with houses.opened(tmp_path / "data", speed=0, retries="none") as (rooms, customer):
        yield rooms, customer


async def are(customer: Customer, endpoint_id: str, state: str, count: int) -> bool:
    return len(await customer.deliveries(endpoint_id=endpoint_id, state=state)) == count


async def all_are(customer: Customer, endpoint_id: str, state: str, count: int) -> None:
    await until(lambda: are(customer, endpoint_id, state, count), deadline=60)


async def backlog(customer: Customer, endpoint_id: str) -> Any:
    return await customer.call("GET", f"/v1/endpoints/{endpoint_id}/backlog")


async def resends_wait(customer: Customer, endpoint_id: str, count: int) -> bool:
    return bool((await backlog(customer, endpoint_id))["resends"] == count)


async def again(customer: Customer, endpoint_id: str, kind: str) -> str:
    path = f"/v1/endpoints/{endpoint_id}/{kind}"
    return str((await customer.call("POST", path, SINCE, status=202))["id"])


async def is_done(customer: Customer, replay_id: str) -> bool:
    found = await customer.call("GET", f"/v1/replays/{replay_id}")
    return bool(found["state"] == "done" and found["done"] == found["requested"])


async def settings(customer: Customer, endpoint_id: str, **changes: Any) -> None:
    await customer.call("PATCH", f"/v1/endpoints/{endpoint_id}", {"settings": changes})


async def failed(customer: Customer, receiver: Deciding, count: int = COUNT) -> str:
    """Answer an endpoint of whose webhooks so many have failed for good; the next ones do not."""
    receiver.decide = lambda _: Answer(500)
    hooks = await endpoint(customer, receiver.on("/hook"), UPLOADED)
    for number in range(count):
        await customer.upload(f"failed {number}")
    await all_are(customer, hooks, "exhausted", count)
    receiver.received.clear()
    receiver.decide = lambda _: Answer()
    return hooks


async def missed(customer: Customer, receiver: Deciding, count: int = COUNT) -> str:
    """Answer an endpoint that was not there when so many videos were uploaded."""
    witness = await endpoint(customer, receiver.on("/witness"), UPLOADED)
    for number in range(count):
        await customer.upload(f"missed {number}")
    await all_are(customer, witness, "succeeded", count)
    await customer.delete(witness)
    receiver.received.clear()
    return await endpoint(customer, receiver.on("/hook"), UPLOADED)


async def begun_at(customer: Customer, endpoint_id: str, trigger: str) -> list[datetime]:
    """Answer when attempts at an endpoint were made for a reason, in virtual time."""
    query = {"endpoint_id": endpoint_id, "limit": "200"}
    attempts = (await customer.call("GET", "/v1/attempts", params=query))["attempts"]
    return sorted(
        datetime.fromisoformat(each["started_at"])
        for each in attempts
        if each["trigger"] == trigger
    )


@pytest.mark.parametrize("kind", ["recover", "replay", "replay of what was missed"])
async def test_what_is_sent_again_keeps_to_the_rate_limit(
    house: House, receiver: Deciding, kind: str
) -> None:
    rooms, customer = house
    make = missed if "missed" in kind else failed
    hooks = await make(customer, receiver)
    await settings(customer, hooks, rate_limit=2)

    replay = await again(customer, hooks, kind.partition(" ")[0])
    await customer.speed(5)
    await all_are(customer, hooks, "succeeded", COUNT)

    at = await begun_at(customer, hooks, "resend" if kind == "recover" else "replay")
    assert len(at) == COUNT
    assert (at[-1] - at[0]).total_seconds() >= (COUNT - 1) / 2 - 0.1
    await until(lambda: is_done(customer, replay))
    assert await rooms.problems() == []


@pytest.mark.parametrize("make", [failed, missed])
async def test_what_is_sent_again_leaves_half_of_the_places_to_what_is_live(
    house: House, receiver: Deciding, make: Any
) -> None:
    rooms, customer = house
    hooks = await make(customer, receiver)
    await settings(customer, hooks, in_flight=4)
    receiver.most = 0
    receiver.decide = lambda _: Answer(delay=0.1)

    await again(customer, hooks, "replay")
    await all_are(customer, hooks, "succeeded", COUNT)

    assert receiver.most == 2
    assert await rooms.problems() == []


@pytest.mark.parametrize("make", [failed, missed])
async def test_what_is_live_goes_before_what_is_sent_again(
    house: House, receiver: Deciding, make: Any
) -> None:
    rooms, customer = house
    hooks = await make(customer, receiver)
    await settings(customer, hooks, rate_limit=1)
    await again(customer, hooks, "replay")
    await receiver.wait(lambda it: len(it.received) == 1, deadline=30)

    for number in range(3):
        await customer.upload(f"live {number}")
    await until(lambda: parked(customer, hooks, 3, "rate_limit"))
    await customer.speed(20)
    await all_are(customer, hooks, "succeeded", COUNT + 3)

    order = [about(each).partition(" ")[0] for each in receiver.received]
    assert order[1:5] == ["live", "live", "live", "failed" if make is failed else "missed"]
    assert await rooms.problems() == []


async def parked(customer: Customer, endpoint_id: str, count: int, why: str) -> bool:
    found = await customer.deliveries(endpoint_id=endpoint_id, state="parked", reason=why)
    return len(found) == count


async def test_one_that_is_asked_for_by_hand_goes_before_all_others(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    hooks = await failed(customer, receiver)
    await settings(customer, hooks, rate_limit=1)
    await again(customer, hooks, "recover")
    await receiver.wait(lambda it: len(it.received) == 1, deadline=30)
    await customer.upload("live")
    await until(lambda: parked(customer, hooks, 1, "rate_limit"))
    last = (await customer.deliveries(endpoint_id=hooks, state="exhausted"))[0]
    title = (await customer.delivery(last["id"]))["body"]

    await customer.resend(last["id"])
    await customer.speed(20)
    await all_are(customer, hooks, "succeeded", COUNT + 1)

    assert receiver.received[1].body.decode() == title
    assert about(receiver.received[2]) == "live"
    assert await rooms.problems() == []


async def test_what_was_asked_for_waits_for_an_endpoint_that_is_switched_off(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    hooks = await failed(customer, receiver)
    await settings(customer, hooks, rate_limit=1)
    replay = await again(customer, hooks, "recover")
    await until(lambda: resends_wait(customer, hooks, COUNT - 1))

    await customer.switch(hooks, active=False)
    await customer.speed(1000)
    await until(lambda: at_rest(customer, hooks))
    sent = len(receiver.received)
    assert await resends_wait(customer, hooks, COUNT - sent)
    assert await rooms.problems() == []
    await customer.switch(hooks, active=True)

    await all_are(customer, hooks, "succeeded", COUNT)
    await until(lambda: is_done(customer, replay))
    assert len(receiver.received) == COUNT
    assert await rooms.problems() == []


async def at_rest(customer: Customer, endpoint_id: str) -> bool:
    found = await backlog(customer, endpoint_id)
    return found["next_fetch_at"] is None and not found["draining"]


@pytest.mark.parametrize("way", ["deleted", "given up"])
async def test_what_waits_goes_with_its_endpoint_and_by_choice(
    house: House, receiver: Deciding, way: str
) -> None:
    rooms, customer = house
    hooks = await failed(customer, receiver)
    await settings(customer, hooks, rate_limit=1)
    await again(customer, hooks, "recover")
    await until(lambda: resends_wait(customer, hooks, COUNT - 1))

    if way == "deleted":
        await customer.delete(hooks)
        await until(lambda: nothing_waits(rooms))
    else:
        path = f"/v1/endpoints/{hooks}/backlog/discard"
        answer = await customer.call("POST", path)
        assert answer == {"discarded": 0, "left": 0, "resends": COUNT - 1}
    await customer.speed(1000)

    assert await rooms.problems() == []
    assert len(receiver.received) == 1


async def nothing_waits(rooms: Rooms) -> bool:
    async with (
        opened(rooms.settings.database("delivery"), []) as database,
        database.session() as session,
    ):
        return (await session.scalars(select(ResendRow))).first() is None


async def unheard(customer: Customer, receiver: Deciding) -> str:
    """Answer an endpoint with an open breaker, whose receiver answers nothing in time."""
    receiver.decide = lambda _: Answer(delay=30)
    hooks = await endpoint(customer, receiver.on("/hook"), UPLOADED, timeout=1)
    for number in range(THRESHOLD):
        await customer.upload(f"unheard {number}")
    await until(lambda: is_open(customer, hooks), deadline=30)
    await all_are(customer, hooks, "exhausted", THRESHOLD)
    for number in range(THRESHOLD, COUNT):
        await customer.upload(f"unheard {number}")
    await all_are(customer, hooks, "parked", COUNT - THRESHOLD)
    receiver.received.clear()
    return hooks


async def is_open(customer: Customer, endpoint_id: str) -> bool:
    return (await backlog(customer, endpoint_id))["open_until"] is not None


async def test_a_resend_by_hand_is_a_probe_where_nobody_answered(
    house: House, receiver: Deciding
) -> None:
    """Time stands still, so that the breaker's own time for a probe never comes."""
    rooms, customer = house
    hooks = await unheard(customer, receiver)
    first = (await customer.deliveries(endpoint_id=hooks, state="exhausted"))[-1]["id"]

    await customer.resend(first)
    await until(lambda: attempted(customer, first, 2))
    assert await is_open(customer, hooks), "there is nobody still"
    receiver.received.clear()
    receiver.decide = lambda _: Answer()
    await again(customer, hooks, "recover")
    await until(lambda: resends_wait(customer, hooks, THRESHOLD))
    assert receiver.received == [], "what is asked for in bulk waits for the breaker's time"
    await customer.resend(first)

    await all_are(customer, hooks, "succeeded", COUNT)
    assert receiver.received[0].headers["webhook-id"] == first
    found = await customer.delivery(first)
    assert [each["trigger"] for each in found["attempts"]][:3] == ["first", "resend", "resend"]
    assert await rooms.problems() == []


async def test_a_test_shows_how_an_endpoint_is_where_nobody_answered(
    house: House, receiver: Deciding
) -> None:
    """Time stands still, so that the breaker's own time for a probe never comes."""
    rooms, customer = house
    hooks = await unheard(customer, receiver)

    await customer.call("POST", f"/v1/endpoints/{hooks}/test", {}, status=202)
    await all_are(customer, hooks, "exhausted", THRESHOLD + 1)
    assert len(receiver.received) == 1
    assert await is_open(customer, hooks), "there is nobody still"
    receiver.decide = lambda _: Answer()
    await customer.call("POST", f"/v1/endpoints/{hooks}/test", {}, status=202)

    await all_are(customer, hooks, "succeeded", COUNT - THRESHOLD + 1)
    assert not await is_open(customer, hooks)
    assert await rooms.problems() == []


async def attempted(customer: Customer, delivery_id: str, count: int) -> bool:
    return len((await customer.delivery(delivery_id))["attempts"]) >= count


async def asks_for_less(customer: Customer, receiver: Deciding) -> tuple[str, str]:
    """Answer an endpoint that has asked for ten minutes of rest, and its one delivery."""
    busy = Answer(429, headers={"retry-after": "600"})
    receiver.decide = lambda _: busy if len(receiver.received) == 1 else Answer()
    hooks = await endpoint(customer, receiver.on("/hook"), UPLOADED)
    await customer.upload("asks for less")
    await all_are(customer, hooks, "exhausted", 1)
    await until(lambda: is_open(customer, hooks))
    return hooks, (await customer.deliveries(endpoint_id=hooks))[0]["id"]


async def test_a_resend_waits_where_the_receiver_has_asked_for_less(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    hooks, delivery_id = await asks_for_less(customer, receiver)

    await customer.resend(delivery_id)
    await until(lambda: resends_wait(customer, hooks, 1))
    assert await rooms.problems() == []
    assert len(receiver.received) == 1
    await customer.speed(1000)

    await all_are(customer, hooks, "succeeded", 1)
    first, second = (
        await begun_at(customer, hooks, "first"),
        await begun_at(customer, hooks, "resend"),
    )
    assert (second[0] - first[0]).total_seconds() >= 600
    assert await rooms.problems() == []


async def test_very_many_that_wait_are_refused_and_those_that_wait_too_long_forgotten(
    tmp_path: Path, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST", 2)
    monkeypatch.setattr("telecine.delivery.sweeping._PERIOD", 0.1)
    house = houses.opened(tmp_path / "data", speed=0, retries="none", backlog_hours=0.1)
    async with house as (rooms, customer):
        hooks, delivery_id = await asks_for_less(customer, receiver)
        path = f"/v1/deliveries/{delivery_id}/resend"
        keys = [{**BEARER, "idempotency-key": f"k-{number}"} for number in range(3)]

        answers = [await customer.http.post(path, headers=each) for each in keys]

        assert [each.status_code for each in answers] == [202, 202, 409]
        assert "2 resends wait" in answers[2].json()["error"]["message"]
        assert await resends_wait(customer, hooks, 2)
        await customer.speed(400)  # the ten minutes are longer than the 0.1 hours
        await until(lambda: resends_wait(customer, hooks, 0))
        await until(lambda: at_rest(customer, hooks), deadline=30)
        assert len(receiver.received) == 1
        assert await rooms.problems() == []


async def test_one_whose_timer_nobody_lived_to_set_is_found_also_where_time_stands_still(
    tmp_path: Path, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telecine.delivery.sweeping._PERIOD", 0.1)
    house = houses.opened(tmp_path / "data", speed=0, retries="none")
    async with house as (rooms, customer):
        hooks = await failed(customer, receiver, 1)
        row = (await customer.deliveries(endpoint_id=hooks))[0]
        now = datetime.fromisoformat((await customer.call("GET", "/v1/clock"))["now"])
        wish = Wish("w", ORG, hooks, row["id"], "resend", False, 1, "c")
        async with opened(rooms.settings.database("delivery"), []) as database:
            lot = ParkingLot(rooms.bus, database)

            await Wishes(database, lot)._add(wish, now)

            await all_are(customer, hooks, "succeeded", 1)
        assert await rooms.problems() == []
