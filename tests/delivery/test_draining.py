"""Draining: what is parked goes out as fast as it may, once, and nobody waits for who hangs."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from telecine.delivery.breakers import Breakers
from telecine.delivery.fetching import Fetching
from telecine.delivery.gates import arm, locked
from telecine.delivery.job import Job
from telecine.delivery.lanes import Lane
from telecine.delivery.line import Line, Turn
from telecine.delivery.making import Making
from telecine.delivery.parking import ParkingLot
from telecine.delivery.records import Records
from telecine.delivery.sweeping import Sweeping
from telecine.delivery.tables import GateRow
from telecine.delivery.worker import Worker
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.errors import Unavailable
from telecine.shared.tables.database import opened
from telecine.simulations.receiver import Answer, Received
from tests import rooms as houses
from tests.customer import ORG, Customer
from tests.delivery.deciding import Deciding, about, endpoint
from tests.delivery.receivers import Slow, receiving
from tests.waiting import until

UPLOADED = ["video.uploaded"]


@pytest.fixture
async def receiver() -> AsyncIterator[Deciding]:
    async with Deciding() as receiving:
        yield receiving


async def succeeded(customer: Customer, endpoint_id: str, count: int) -> None:
    """Wait until so many deliveries of an endpoint have succeeded."""

    async def all_have() -> bool:
        query = {"endpoint_id": endpoint_id, "state": "succeeded"}
        return len(await customer.deliveries(**query)) == count

    await until(all_have, deadline=60)


async def asked_for_less(customer: Customer, receiver: Deciding) -> str:
    """Answer an endpoint whose first webhook was told to come in ten minutes."""
    busy = Answer(429, headers={"retry-after": "600"})
    receiver.decide = lambda _: busy if len(receiver.received) == 1 else Answer()
    hooks = await endpoint(customer, receiver.on("/hook"), UPLOADED)
    await customer.upload("asks for less")
    await customer.one(hooks, "postponed")
    return hooks


async def test_where_nothing_waits_a_drain_ends_although_its_worker_takes_the_breaker_for_open(
    tmp_path: Path, receiver: Deciding
) -> None:
    """On record another worker has closed it, and it is this one that the endpoint's timer comes to."""
    async with houses.opened(tmp_path / "data", speed=0) as (rooms, customer):
        whose = (ORG, await asked_for_less(customer, receiver))
        async with opened(rooms.settings.database("delivery"), []) as database:

            async def gate() -> GateRow:
                async with database.session() as session:
                    return await session.get_one(GateRow, whose[1])

            async def rests() -> bool:
                found = await gate()
                return found.due is None and not found.draining

            await until(lambda: is_open(gate))
            now = datetime.now(UTC) - timedelta(minutes=1)  # virtual time stands still for less
            await Breakers(database).closed(whose, now)
            async with database.writing() as connection:
                gates = await locked(database, connection, [whose])
                armed = await arm(connection, gates.values(), now)
            await ParkingLot(rooms.bus, database).set_timers(armed)

            await until(rests, deadline=10)

            assert (await gate()).generation == armed[0].generation, "the timer was set anew"
        assert await rooms.problems() == []


async def is_open(gate: Callable[[], Awaitable[GateRow]]) -> bool:
    return (await gate()).open_until is not None


async def test_a_probe_that_could_not_be_made_closes_no_breaker(
    tmp_path: Path, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a worker that has not heard that it is open, since it came later."""
    attempt, failures = Making.attempt, iter([True])

    async def fails_once(self: Making, lane: Lane[Job], job: Job, profile: Profile) -> None:
        if job.probe and next(failures, False):
            raise Unavailable("subscriptions was away, and has the keys")
        await attempt(self, lane, job, profile)

    async with houses.opened(tmp_path / "data", speed=0) as (rooms, customer):
        hooks = await asked_for_less(customer, receiver)
        for number in range(4):
            await customer.upload(f"parked {number}")
        await until(lambda: waits(customer, hooks, 4))
        await rooms.stop("delivery")
        monkeypatch.setattr(Making, "attempt", fails_once)
        await rooms.start("delivery")
        await customer.speed(1000)

        await succeeded(customer, hooks, 5)

        assert next(failures, None) is None, "it has failed"
        details = [await customer.delivery(each["id"]) for each in await customer.deliveries()]
        triggers = Counter(each["trigger"] for found in details for each in found["attempts"])
        assert triggers == {"first": 4, "probe": 1, "retry": 1}
        assert await rooms.problems() == []


async def waits(customer: Customer, endpoint_id: str, count: int) -> bool:
    return len(await customer.deliveries(endpoint_id=endpoint_id, state="parked")) == count


async def test_a_database_that_fails_in_the_midst_of_it_has_nothing_sent_twice(
    tmp_path: Path, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, failures = Fetching.oldest, iter([True])

    async def fails_once(self: Fetching, at: Any, most: int, besides: Any = ()) -> Any:
        if besides and next(failures, False):
            raise Unavailable("the database was away for a moment")
        return await oldest(self, at, most, besides)

    def decide(_: Received) -> Answer:
        if len(receiver.received) == 1:
            return Answer(429, headers={"retry-after": "2"})
        return Answer(delay=1.0)

    receiver.decide = decide
    async with houses.opened(tmp_path / "data", speed=1) as (rooms, customer):
        hooks = await endpoint(customer, receiver.on("/hook"), UPLOADED)
        await customer.upload("asks for less")
        await customer.one(hooks, "postponed")
        monkeypatch.setattr(Fetching, "oldest", fails_once)
        for number in range(6):
            await customer.upload(f"parked {number}")

        await succeeded(customer, hooks, 7)

        assert next(failures, None) is None, "it has failed"
        times = Counter(about(taken) for taken in receiver.received)
        assert times.pop("asks for less") == 2
        assert set(times.values()) == {1}
        assert await rooms.problems() == []


async def test_a_drain_pauses_while_nothing_can_be_recorded(
    tmp_path: Path, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would fetch what comes back from the lane at once, over and over."""
    claimed, is_full, claims = Fetching.claimed, False, 0

    async def counted(self: Fetching, endpoint_id: str, generation: int, *, anew: bool) -> Any:
        nonlocal claims
        claims += 1
        return await claimed(self, endpoint_id, generation, anew=anew)

    def expect_writable(_: Records) -> None:
        if is_full:
            raise Unavailable("it answers, and takes nothing")

    monkeypatch.setattr(Fetching, "claimed", counted)
    monkeypatch.setattr(Records, "expect_writable", expect_writable)
    async with houses.opened(tmp_path / "data", speed=0) as (rooms, customer):
        hooks = await asked_for_less(customer, receiver)
        for number in range(4):
            await customer.upload(f"parked {number}")
        await until(lambda: waits(customer, hooks, 4))
        receiver.decide = lambda _: Answer(delay=0.5)
        await customer.call("PATCH", f"/v1/endpoints/{hooks}", {"settings": {"in_flight": 1}})
        await customer.speed(1000)
        await receiver.wait(lambda it: len(it.received) >= 2, deadline=30)
        is_full, before = True, claims

        await until(lambda: claims > before + 1, deadline=20)
        is_full = False

        await succeeded(customer, hooks, 5)
        times = Counter(about(taken) for taken in receiver.received)
        assert times.pop("asks for less") == 2
        assert set(times.values()) == {1}
        assert await rooms.problems() == []


async def test_where_nobody_answers_nothing_is_fetched_only_to_be_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, is_stuck, slow = Line.next, Worker.is_stuck, Slow()
    fetched: list[str] = []
    looks: list[int] = []

    async def noted(line: Line, endpoint_id: str, *args: Any, **kwargs: Any) -> list[Turn]:
        fetched.append(endpoint_id)
        return await fetch(line, endpoint_id, *args, **kwargs)

    def looked(worker: Worker, endpoint_id: str) -> bool:
        stuck = is_stuck(worker, endpoint_id)
        looks.extend([len(fetched)] if stuck else [])
        return stuck

    monkeypatch.setattr(Line, "next", noted)
    monkeypatch.setattr(Worker, "is_stuck", looked)
    async with (
        receiving(slow.take) as receiver,
        houses.opened(tmp_path / "data", speed=0) as (rooms, customer),
    ):
        settings = {"in_flight": 1, "timeout": 120}
        hooks = await endpoint(customer, receiver.url, UPLOADED, **settings)
        for number in range(5):
            await customer.upload(str(number))
        await until(lambda: len(looks) >= 5, deadline=30)
        assert looks[-1] == looks[0]

        slow.may_end.set()
        await succeeded(customer, hooks, 5)
        assert await rooms.problems() == []


async def test_a_video_that_hangs_keeps_no_other_ones_followers_from_going_out(
    tmp_path: Path, receiver: Deciding
) -> None:
    def decide(taken: Received) -> Answer:
        of_a = [each for each in receiver.received if about(each) == "a"]
        return Answer(delay=100 if about(taken) == "a" and len(of_a) == 2 else 0.1)

    receiver.decide = decide
    house = houses.opened(tmp_path / "data", speed=20, fidelity="extended")
    async with house as (_, customer):
        await endpoint(customer, receiver.on("/hook"), ["video.*"], ordering="video", timeout=120)
        await customer.upload("a")
        await receiver.wait(lambda it: len(it.received) == 2, deadline=30)
        await customer.upload("b")

        def others_have_come(it: Any) -> bool:
            types = [each.json()["type"] for each in it.received if about(each) == "b"]
            return types[-1:] == ["video.ready_to_watch"]

        await receiver.wait(others_have_come, deadline=30)

        assert len([each for each in receiver.received if about(each) == "a"]) == 2


@pytest.mark.parametrize("rate_limit", [None, 1000])
async def test_an_endpoint_that_is_switched_off_in_the_midst_of_it_is_drained_no_more(
    tmp_path: Path, receiver: Deciding, rate_limit: float | None
) -> None:
    def decide(_: Received) -> Answer:
        if len(receiver.received) == 1:
            return Answer(429, headers={"retry-after": "2"})
        return Answer(410)

    receiver.decide = decide
    async with houses.opened(tmp_path / "data", speed=1) as (rooms, customer):
        hooks = await endpoint(customer, receiver.on("/hook"), UPLOADED, rate_limit=rate_limit)
        await customer.upload("asks for less")
        await customer.one(hooks, "postponed")
        for number in range(60):
            await customer.upload(f"parked {number}")

        async def all_held() -> bool:
            backlog = await customer.call("GET", f"/v1/endpoints/{hooks}/backlog")
            at_rest = not backlog["draining"] and backlog["next_fetch_at"] is None
            return at_rest and set(backlog["by_reason"]) == {"disabled"}

        await until(all_held, deadline=30)

        assert not (await customer.call("GET", f"/v1/endpoints/{hooks}"))["active"]
        assert await rooms.problems() == []


async def test_a_rate_limit_waits_for_no_answer(tmp_path: Path, receiver: Deciding) -> None:
    receiver.decide = lambda _: Answer(delay=1.0)
    async with houses.opened(tmp_path / "data", speed=1) as (rooms, customer):
        hooks = await endpoint(customer, receiver.on("/hook"), UPLOADED, rate_limit=10)
        for number in range(12):
            await customer.upload(f"clip {number}")

        await succeeded(customer, hooks, 12)

        assert receiver.most > 2, "ten a second, a second each"
        assert len(receiver.received) == 12
        assert await rooms.problems() == []


async def test_what_comes_late_keeps_to_the_rate_limit_and_is_not_too_old_to_wait(
    tmp_path: Path, receiver: Deciding, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep, sweeps = Sweeping._sweep, 0

    async def counted(self: Sweeping) -> None:
        nonlocal sweeps
        await sweep(self)
        sweeps += 1

    monkeypatch.setattr(Sweeping, "_sweep", counted)
    monkeypatch.setattr("telecine.delivery.sweeping._PERIOD", 0.1)
    house = houses.opened(tmp_path / "data", speed=50_000, backlog_hours=1)
    async with house as (rooms, customer):
        for number in range(5):
            await customer.upload(f"clip {number}")
        before = (await customer.call("GET", "/v1/clock"))["now"]
        await until(lambda: hours_after(customer, before))
        await customer.speed(0)
        hooks = await endpoint(customer, receiver.on("/hook"), UPLOADED, rate_limit=1)
        wish = {"since": "2020-01-01T00:00:00Z"}
        await customer.call("POST", f"/v1/endpoints/{hooks}/replay", wish, status=202)

        await until(lambda: waits(customer, hooks, 4))
        swept = sweeps
        await until(lambda: sweeps > swept + 2)

        assert await waits(customer, hooks, 4), "one may go at this moment, and none was given up"
        assert len(receiver.received) == 1

        await customer.speed(10)
        await succeeded(customer, hooks, 5)
        assert await rooms.problems() == []


async def hours_after(customer: Customer, moment: str) -> bool:
    """Whether it is five hours later by the clock, or more."""
    now = (await customer.call("GET", "/v1/clock"))["now"]
    return (
        datetime.fromisoformat(now) - datetime.fromisoformat(moment)
    ).total_seconds() > 5 * 3600
