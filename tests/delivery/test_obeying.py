"""What a receiver says is obeyed: later, less, never again; and what an endpoint's owner has set."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg

from telecine.delivery.breaker import Open
from telecine.delivery.breakers import Breakers
from telecine.delivery.decider import Parking
from telecine.delivery.making import Making
from telecine.delivery.measures import ParkingMeasures
from telecine.delivery.parking import Answer as Parked
from telecine.delivery.parking import ParkingLot, Wish
from telecine.shared.contracts.subscriptions import GetSecrets
from telecine.shared.tables.database import opened
from telecine.simulations.receiver import Answer, Received
from tests import rooms as houses
from tests.customer import ORG, Customer
from tests.delivery.deciding import Deciding, endpoint
from tests.rooms import Rooms
from tests.waiting import until

House = tuple[Rooms, Customer]
FAST = 1000


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with houses.opened(tmp_path / "data", speed=0) as (rooms, customer):
        yield rooms, customer


@pytest.fixture
async def receiver() -> AsyncIterator[Deciding]:
    async with Deciding() as receiving:
        yield receiving


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def parked(customer: Customer, endpoint_id: str, count: int, reason: str) -> None:
    """Wait until so many deliveries are parked at an endpoint for a reason."""

    async def there() -> bool:
        found = await customer.deliveries(endpoint_id=endpoint_id, state="parked")
        return [each["reason"] for each in found] == [reason] * count

    await until(there, deadline=30)


async def succeeded(customer: Customer, endpoint_id: str, count: int) -> None:
    async def there() -> bool:
        found = await customer.deliveries(endpoint_id=endpoint_id, state="succeeded")
        return len(found) == count

    await until(there, deadline=60)


async def asked_for_less(customer: Customer, receiver: Deciding) -> str:
    """Answer an endpoint whose first webhook was told to come in ten minutes, and so nothing is sent."""
    busy = Answer(429, headers={"Retry-After": "600"})
    receiver.decide = lambda _: busy if len(receiver.received) == 1 else Answer()
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"])
    await customer.upload("first")
    await customer.one(hooks, "postponed")
    return hooks


async def test_retry_after_puts_the_next_attempt_off(house: House, receiver: Deciding) -> None:
    rooms, customer = house
    busy = Answer(503, headers={"Retry-After": "3600"})
    receiver.decide = lambda taken: busy if taken.number == 1 else Answer()
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"])

    await customer.upload()
    waiting = await customer.one(hooks, "postponed")
    await customer.speed(FAST)
    found = await customer.ended(hooks, "succeeded")

    first, second = found["attempts"]
    assert waiting["reason"] == first["next_reason"] == "retry_after"
    assert moment(first["next_at"]) - moment(first["ended_at"]) == timedelta(hours=1)
    assert second["started_at"] == first["next_at"]
    assert await rooms.problems() == []


async def test_a_wish_for_less_holds_the_whole_endpoint_and_a_probe_ends_that(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    hooks = await asked_for_less(customer, receiver)

    for number in range(4):
        await customer.upload(f"later {number}")
    await parked(customer, hooks, 4, "rate_limit")
    assert len(receiver.received) == 1, "nobody else goes there meanwhile"
    assert await rooms.timers_of(hooks) == [f"timer.gate.{hooks}.1"]
    assert await rooms.problems() == []
    await customer.speed(FAST)
    await succeeded(customer, hooks, 5)

    details = [await customer.delivery(d["id"]) for d in await customer.deliveries()]
    triggers = sorted(attempt["trigger"] for each in details for attempt in each["attempts"])
    assert triggers == ["first", "first", "first", "first", "probe", "retry"]
    assert await rooms.problems() == []


async def test_a_breaker_that_another_worker_has_closed_holds_nobody_back(
    house: House, receiver: Deciding
) -> None:
    """On record it is closed; this worker hears of that when it comes to park there."""
    rooms, customer = house
    hooks = await asked_for_less(customer, receiver)
    await customer.upload("parked")
    await parked(customer, hooks, 1, "rate_limit")

    async with opened(rooms.settings.database("delivery"), []) as database:
        now = datetime.now(UTC) - timedelta(minutes=1)  # virtual time stands still since the start
        armed = await Breakers(database).closed((ORG, hooks), now)
        for title in ("second", "third"):
            await customer.upload(title)
        await succeeded(customer, hooks, 2)
        await ParkingLot(rooms.bus, database).set_timers(armed)
    await succeeded(customer, hooks, 3)

    assert await rooms.problems() == []


class Unheard:
    """Parking of several at once, whose commit nobody hears of before they `may_go_on`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.committed, self.may_go_on = asyncio.Event(), asyncio.Event()
        park = ParkingLot.park

        async def heard_of_too_late(lot: ParkingLot, wishes: Sequence[Wish]) -> list[Parked]:
            answers = await park(lot, wishes)
            if len(wishes) > 1:
                self.committed.set()
                await self.may_go_on.wait()
                raise ConnectionError("the answer was lost")
            return answers

        patch.setattr(ParkingLot, "park", heard_of_too_late)
        patch.setattr("telecine.delivery.parker._LINGER", 1.0)

    async def park_two(self, customer: Customer) -> None:
        for title in ("second", "third"):
            await customer.upload(title)
        await asyncio.wait_for(self.committed.wait(), 30)


async def test_what_was_parked_although_that_seemed_to_fail_is_not_sent_twice(
    house: House, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit whose answer is lost: until each is parked by itself, a drain has sent them all."""
    rooms, customer = house
    unheard = Unheard(monkeypatch)
    hooks = await asked_for_less(customer, receiver)
    await unheard.park_two(customer)
    await customer.speed(FAST)
    await succeeded(customer, hooks, 2)
    unheard.may_go_on.set()
    await succeeded(customer, hooks, 3)

    await until(rooms.are_at_rest)
    assert len(receiver.received) == 4, "one was asked to come later, and came"
    assert await rooms.problems() == []


async def test_what_was_parked_although_that_seemed_to_fail_is_fetched(
    tmp_path: Path, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit whose answer is lost: nobody has set the endpoint's timer, and the breaker closes. Nor
    need a sweep find that."""
    monkeypatch.setattr("telecine.delivery.sweeping._PERIOD", 3600)
    async with houses.opened(tmp_path / "data", speed=0) as (rooms, customer):
        hooks = await asked_for_less(customer, receiver)
        unheard = Unheard(monkeypatch)
        async with opened(rooms.settings.database("delivery"), []) as database:
            with monkeypatch.context() as patched:
                patched.setattr(ParkingLot, "set_timers", set_none)
                await unheard.park_two(customer)
            now = datetime.now(UTC) - timedelta(minutes=1)  # virtual time stands still since then
            await Breakers(database).closed((ORG, hooks), now)
        unheard.may_go_on.set()

        await succeeded(customer, hooks, 2)
        assert await rooms.problems() == []


async def set_none(*_: Any) -> None:
    """As a parking does that is cut off behind its commit."""


async def check_closed(rooms: Rooms, customer: Customer, hooks: str) -> None:
    """No breaker holds the endpoint back, and nothing waits in vain."""
    backlog = await customer.call("GET", f"/v1/endpoints/{hooks}/backlog")
    assert backlog["open_until"] is None
    assert await rooms.problems() == []


@pytest.mark.parametrize("changes", [[{"url": "new"}], [{"active": False}, {"active": True}]])
async def test_what_was_asked_of_an_endpoint_that_its_owner_has_renewed_holds_nobody_back(
    house: House, receiver: Deciding, changes: list[dict[str, Any]]
) -> None:
    rooms, customer = house
    hooks = await asked_for_less(customer, receiver)
    await customer.upload("parked")
    await parked(customer, hooks, 1, "rate_limit")

    for change in changes:
        moved = {"url": receiver.on("/new")} if "url" in change else change
        await customer.call("PATCH", f"/v1/endpoints/{hooks}", moved)
    await succeeded(customer, hooks, 1)
    await customer.upload("at once")
    await succeeded(customer, hooks, 2)

    await check_closed(rooms, customer, hooks)


async def test_what_the_receiver_of_an_older_url_asks_for_holds_nobody_back(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    late = Answer(429, headers={"retry-after": "600"}, delay=1.0)
    receiver.decide = lambda taken: late if taken.path == "/hook" else Answer()
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"])
    await customer.upload("asks for less")
    await receiver.wait(lambda it: len(it.received) == 1)

    await customer.call("PATCH", f"/v1/endpoints/{hooks}", {"url": receiver.on("/new")})
    await customer.one(hooks, "postponed")
    await customer.upload("at once")
    await succeeded(customer, hooks, 1)

    await check_closed(rooms, customer, hooks)


async def test_of_an_endpoint_that_is_switched_off_no_secret_is_held(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    asked: list[Msg] = []

    async def note(message: Msg) -> None:
        asked.append(message)

    await rooms.bus.client.subscribe(GetSecrets.subject(), cb=note)
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"])
    for number in (1, 2):
        await customer.upload(f"clip {number}")
        await succeeded(customer, hooks, number)
    assert len(asked) == 1

    for active in (False, True):
        await customer.call("PATCH", f"/v1/endpoints/{hooks}", {"active": active})
    await customer.upload("clip 3")
    await succeeded(customer, hooks, 3)
    assert len(asked) == 2


async def test_a_rate_limit_that_is_raised_lets_in_what_waits_now(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"], rate_limit=0.001)
    for number in range(3):
        await customer.upload(f"clip {number}")
    await parked(customer, hooks, 2, "rate_limit")

    change = {"settings": {"rate_limit": 1000}}
    await customer.call("PATCH", f"/v1/endpoints/{hooks}", change)
    await customer.speed(1)
    await succeeded(customer, hooks, 3)

    assert await rooms.problems() == []


async def test_what_is_parked_at_an_endpoint_ends_when_that_is_deleted(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"], rate_limit=0.001)
    for number in range(3):
        await customer.upload(f"clip {number}")
    await parked(customer, hooks, 2, "rate_limit")

    async def ended() -> bool:
        found = await customer.deliveries(endpoint_id=hooks, state="discarded")
        return [each["ended"] for each in found] == ["endpoint_deleted"] * 2

    await customer.delete(hooks)
    await until(ended, deadline=30)

    assert await rooms.problems() == []


async def test_the_longest_wish_is_obeyed_also_if_it_comes_while_a_shorter_one_is_written(
    house: House, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms, customer = house
    hear, write, heard = Making._hear, Breakers.opened, 0

    def counted(self: Making, *heard_of: Any) -> None:
        nonlocal heard
        hear(self, *heard_of)
        heard += 1

    async def behind_both(self: Breakers, whose: tuple[str, str], breaker: Open) -> Open:
        await until(lambda: heard == 2)
        return await write(self, whose, breaker)

    def decide(_: Received) -> Answer:
        first = len(receiver.received) == 1
        return Answer(429, headers={"Retry-After": "1" if first else "600"}, delay=1 + (not first))

    monkeypatch.setattr(Making, "_hear", counted)
    monkeypatch.setattr(Breakers, "opened", behind_both)
    receiver.decide = decide
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"])

    async def opened_until() -> datetime | None:
        backlog = await customer.call("GET", f"/v1/endpoints/{hooks}/backlog")
        return moment(backlog["open_until"]) if backlog["open_until"] else None

    for number in range(2):
        await customer.upload(f"clip {number}")
    await until(lambda: both_wait(customer, hooks))
    await until(opened_until)

    async def for_ten_minutes() -> bool:
        now = moment((await customer.call("GET", "/v1/clock"))["now"])
        shown = await opened_until()
        return shown is not None and shown - now >= timedelta(seconds=600)

    await until(for_ten_minutes, deadline=5)
    assert await rooms.problems() == []


async def both_wait(customer: Customer, hooks: str) -> bool:
    return len(await customer.deliveries(endpoint_id=hooks, state="postponed")) == 2


async def test_410_switches_the_endpoint_off_and_what_is_owed_goes_out_when_it_is_on_again(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    receiver.decide = lambda _: Answer(410)
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"])

    async def off() -> bool:
        shown = await customer.call("GET", f"/v1/endpoints/{hooks}")
        return (shown["active"], shown["why"]) == (False, "gone")

    await customer.upload()
    await until(off)
    await parked(customer, hooks, 1, "disabled")
    assert await rooms.problems() == []
    receiver.decide = lambda _: Answer()
    await customer.call("PATCH", f"/v1/endpoints/{hooks}", {"active": True})
    found = await customer.ended(hooks, "succeeded")

    assert [(a["number"], a["status"]) for a in found["attempts"]] == [(1, 410), (2, 200)]
    assert await rooms.problems() == []


async def test_what_is_parked_by_a_410_is_counted_once(
    tmp_path: Path, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[Parking] = []
    monkeypatch.setattr(ParkingMeasures, "parked", lambda _, reason: counted.append(reason))
    receiver.decide = lambda _: Answer(410)
    async with houses.opened(tmp_path / "data", speed=0) as (rooms, customer):
        hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"])
        await customer.upload()
        await parked(customer, hooks, 1, "disabled")

        assert await rooms.problems() == []
        assert counted == ["disabled"]


async def test_what_nobody_answers_opens_the_breaker_and_a_good_probe_sends_the_rest(
    house: House, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telecine.delivery.breaker.THRESHOLD", 3)
    rooms, customer = house
    receiver.decide = lambda _: Answer(delay=2)
    wishes: dict[str, Any] = {"retries": "none", "timeout": 0.2}
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"], **wishes)

    for number in range(3):
        await customer.upload(f"tried {number}")
        await until(lambda: exhausted(customer, hooks, number + 1))  # noqa: B023 - awaited here
    for number in range(5):
        await customer.upload(f"held {number}")
    await parked(customer, hooks, 5, "breaker")
    assert await rooms.timers_of(hooks) == [f"timer.gate.{hooks}.1"]
    assert await rooms.problems() == []
    receiver.decide = lambda _: Answer()
    await customer.speed(FAST)
    await succeeded(customer, hooks, 5)

    details = [await customer.delivery(d["id"]) for d in await customer.deliveries()]
    triggers = sorted(attempt["trigger"] for each in details for attempt in each["attempts"])
    assert triggers == ["first"] * 7 + ["probe"]
    assert await rooms.problems() == []


async def exhausted(customer: Customer, hooks: str, count: int) -> bool:
    return len(await customer.deliveries(endpoint_id=hooks, state="exhausted")) == count


async def test_a_rate_limit_is_kept_in_virtual_time_and_makes_one_timer(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    hooks = await endpoint(customer, receiver.on("/hook"), ["video.uploaded"], rate_limit=10)

    for number in range(12):
        await customer.upload(f"clip {number}")
    await parked(customer, hooks, 11, "rate_limit")
    assert len(receiver.received) == 1, "the one that time has stood still for"
    assert len(await rooms.timers_of(hooks)) == 1
    assert await rooms.problems() == []
    await customer.speed(1)
    await succeeded(customer, hooks, 12)

    sent = await customer.deliveries(endpoint_id=hooks)
    details = [await customer.delivery(each["id"]) for each in sent]
    starts = sorted(moment(each["attempts"][0]["started_at"]) for each in details)
    for earlier, later in pairwise(starts):
        assert later - earlier >= timedelta(seconds=0.1)
    assert await rooms.timers_of(hooks) == []
    assert await rooms.problems() == []


async def test_an_endpoints_own_settings_are_what_is_done(
    house: House, receiver: Deciding
) -> None:
    rooms, customer = house
    receiver.decide = lambda taken: Answer(500)
    hooks = await endpoint(
        customer,
        receiver.on("/hook"),
        ["video.uploaded"],
        retries=[0, 7],
        headers={"X-Mine": "hush"},
        signatures=["v1", "v1a"],
        timestamps="virtual",
    )

    await customer.upload()
    await customer.speed(FAST)
    found = await customer.ended(hooks, "exhausted")

    first, second = found["attempts"]
    waited = moment(second["started_at"]) - moment(first["ended_at"])
    sent = dict(first["request_headers"])
    taken = receiver.received[0]
    assert waited == timedelta(seconds=7)
    assert (taken.headers["x-mine"], sent["x-mine"]) == ("hush", "[redacted]")
    assert [each.split(",")[0] for each in taken.headers["webhook-signature"].split()] == [
        "v1",
        "v1a",
    ]
    assert len(first["key_ids"]) == 2
    assert int(sent["webhook-timestamp"]) == int(moment(first["started_at"]).timestamp())
    assert await rooms.problems() == []
