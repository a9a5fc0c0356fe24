"""Parking on a real database: one timer an endpoint, followers released, limits shared by workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from telecine.delivery.attempt import delivery_row
from telecine.delivery.breaker import Open
from telecine.delivery.breakers import Breakers
from telecine.delivery.decider import (
    INITIAL,
    Exhausted,
    Parked,
    Parking,
    Postponed,
    State,
    Succeeded,
)
from telecine.delivery.fetching import Fetching
from telecine.delivery.limiting import reserve
from telecine.delivery.parking import RETENTION, ParkingLot, Wish
from telecine.delivery.records import Entry, Records
from telecine.delivery.standing import state_of
from telecine.delivery.tables import GateRow, MarkRow
from telecine.shared.errors import Unavailable
from telecine.shared.ids import object_id
from telecine.shared.tables.database import Database, opened
from telecine.shared.wire.answers import Stored
from telecine.shared.wire.bus import Bus
from tests.delivery.rows import TABLES
from tests.delivery.test_chain_records import attempt
from tests.nats import bus, connect, server
from tests.shared.golden_cases import OWED
from tests.shared.videos import minute

__all__ = ["bus", "connect", "server"]

DUE = minute(5)
WHOSE = (OWED.org, OWED.endpoint_id)


class Clockwork(Bus):
    """Notes the timers that would be set at the clock."""

    def __init__(self) -> None:
        self.timers: list[str] = []

    async def publish(self, subject: str, *_: Any, **__: Any) -> Stored:
        await asyncio.sleep(0)
        self.timers.append(subject)
        return Stored("TIMERS", len(self.timers), duplicate=False)


def wish(
    name: str,
    reason: Parking,
    *,
    after: str | None = None,
    due: datetime = DUE,
    **more: Any,
) -> Wish:
    owed = replace(OWED, delivery_id=name, predecessor=after, endpoint_id=more.pop("at", WHOSE[1]))
    return Wish(owed, INITIAL, reason, minute(1), due, **more)


class Lot:
    """One worker's parking lot, with what it has set."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.bus = Clockwork()
        self.counted: list[Parking] = []
        self.lot = ParkingLot(self.bus, database, self.counted.append)
        self.records = Records(database)

    async def park(self, name: str, reason: Parking, **how: Any) -> str:
        [answer] = await self.lot.park([wish(name, reason, **how)])
        return answer

    async def end(self, name: str, *, good: bool = True) -> list[str]:
        """Put a last attempt on record; answer the endpoints whose timers that has set."""
        return await self.record(name, Succeeded(2) if good else Exhausted(2))

    async def record(self, name: str, state: State) -> list[str]:
        """Put a first attempt on record; answer the endpoints whose timers that has set."""
        delivery = delivery_row(replace(OWED, delivery_id=name), state, minute(2), "first")
        entry = Entry(delivery, attempt(1, state, name), ordered=True)
        return [armed.endpoint_id for armed in (await self.records.write([entry])).armed]

    async def reason(self, name: str) -> str | None:
        state = state_of(await self.records.get(name))
        return state.reason if isinstance(state, Parked) else None

    async def gate(self, endpoint_id: str = WHOSE[1]) -> GateRow:
        async with self.database.session() as session:
            found = await session.get(GateRow, endpoint_id)
        assert found is not None
        return found


@asynccontextmanager
async def working(url: str) -> AsyncIterator[Lot]:
    """One worker; several may be open on the same database."""
    async with opened(url, TABLES) as database:
        yield Lot(database)


async def test_what_is_parked_has_its_endpoints_one_timer(database_url: str) -> None:
    async with working(database_url) as one:
        answers = await one.lot.park([wish(f"d-{n}", "in_flight") for n in range(300)])
        later = await one.park("d-later", "rate_limit", due=minute(9))

        assert {*answers, later} == {"parked"}
        assert one.bus.timers == [f"timer.gate.{WHOSE[1]}.1"]
        gate = await one.gate()
        assert (gate.generation, gate.due) == (1, minute(5))


async def test_two_workers_that_park_at_one_endpoint_set_one_timer(database_url: str) -> None:
    async with working(database_url) as one, working(database_url) as two:
        await asyncio.gather(
            *(one.park(f"a-{n}", "in_flight") for n in range(40)),
            *(two.park(f"b-{n}", "in_flight") for n in range(40)),
        )

        assert len(one.bus.timers + two.bus.timers) == 1


async def test_what_waits_for_its_endpoint_or_its_predecessor_needs_no_timer(
    database_url: str,
) -> None:
    async with working(database_url) as one:
        await one.park("off", "disabled")
        await one.park("second", "ordering", after="first")

        assert one.bus.timers == []
        assert [await one.reason(name) for name in ("off", "second")] == ["disabled", "ordering"]
        assert one.counted == ["disabled", "ordering"]


async def test_the_end_of_a_predecessor_releases_its_follower_in_the_same_transaction(
    database_url: str,
) -> None:
    async with working(database_url) as one:
        await one.park("second", "ordering", after="first")
        await one.park("third", "ordering", after="second")

        armed = await one.end("first")

        assert armed == [WHOSE[1]]
        assert await one.reason("second") == "in_flight"
        assert await one.reason("third") == "ordering", "its own predecessor has not ended"


@pytest.mark.parametrize("good", [True, False])
async def test_who_comes_after_the_end_of_its_predecessor_is_not_parked(
    database_url: str, good: bool
) -> None:
    async with working(database_url) as one:
        await one.end("first", good=good)

        assert await one.park("second", "ordering", after="first") == "ready"
        assert await one.records.get("second") is None


async def test_a_predecessor_that_waits_for_its_retry_has_not_ended(database_url: str) -> None:
    async with working(database_url) as one:
        await one.record("first", Postponed(2, minute(9)))

        assert await one.park("second", "ordering", after="first") == "parked"


async def test_an_attempt_that_lost_its_number_has_ended_nothing(database_url: str) -> None:
    """It was made twice: one was told 410 and is on record, and the other, which went well, came late."""
    async with working(database_url) as one:
        state = Postponed(2, minute(9))
        await one.record("first", state)
        await one.park("second", "ordering", after="first")

        assert await one.end("first") == []

        assert state_of(await one.records.get("first")) == state
        assert await one.reason("second") == "ordering"


async def test_a_predecessor_that_retention_has_taken_counts_as_ended(database_url: str) -> None:
    old, young = object_id(minute(1), "old"), object_id(minute(30), "young")
    async with working(database_url) as one:
        async with one.database.writing() as connection:
            mark = {"name": RETENTION, "at": minute(10)}
            await connection.execute(one.database.insert(MarkRow), [mark])

        assert await one.park("after-old", "ordering", after=old) == "ready"
        assert await one.park("after-young", "ordering", after=young) == "parked"


async def test_however_park_and_end_meet_nobody_waits_for_ever(database_url: str) -> None:
    """Two workers: one parks followers while the other records the ends that they wait for."""
    async with working(database_url) as one, working(database_url) as two:
        names = [f"{n:02}" for n in range(30)]
        answers = await asyncio.gather(
            *(one.park(f"follower-{n}", "ordering", after=f"first-{n}") for n in names),
            *(two.end(f"first-{n}") for n in names),
        )

        reasons = {n: await one.reason(f"follower-{n}") for n in names}
        for name, answer in zip(names, answers[: len(names)], strict=True):
            assert (answer, reasons[name]) in {("ready", None), ("parked", "in_flight")}


async def test_a_breaker_that_another_worker_has_closed_parks_nothing(database_url: str) -> None:
    async with working(database_url) as one:
        breakers = Breakers(one.database)
        shut = await one.park("early", "breaker", unless_closed=True)
        await breakers.opened(WHOSE, Open(minute(5), 1, "breaker"))
        held = await one.park("held", "breaker", unless_closed=True)

        assert (shut, held) == ("ready", "parked")


async def test_a_breaker_that_closes_fetches_what_is_parked_now(database_url: str) -> None:
    async with working(database_url) as one:
        breakers = Breakers(one.database)
        await breakers.opened(WHOSE, Open(minute(50), 1, "breaker"))
        await one.park("held", "breaker", due=minute(50), unless_closed=True)

        (armed,) = await breakers.closed(WHOSE, minute(7))

        assert (armed.generation, armed.due) == (2, minute(7))


async def test_a_breaker_that_closes_while_its_endpoint_is_drained_begins_no_second_drain(
    database_url: str,
) -> None:
    async with working(database_url) as one:
        breakers, fetching = Breakers(one.database), Fetching(one.database)
        open_ = await breakers.opened(WHOSE, Open(minute(50), 1, "breaker"))
        await one.park("held", "breaker", due=minute(50), unless_closed=True)
        assert await fetching.claimed(WHOSE[1], 1, anew=False)
        still_open = await fetching.again_behind(WHOSE, open_, minute(7))
        assert await fetching.claimed(WHOSE[1], 2, anew=False)

        armed = await breakers.closed(WHOSE, minute(7))
        by_the_drain = await fetching.again_behind(WHOSE, open_, minute(8))

        assert [each.due for each in still_open] == [minute(50)]
        assert armed == []
        assert [(each.generation, each.due) for each in by_the_drain] == [(3, minute(8))]


async def test_what_is_drained_is_not_given_up_under_its_hands(database_url: str) -> None:
    async with working(database_url) as one:
        names = [f"d{number:03}" for number in range(130)]
        await one.lot.park([wish(name, "in_flight") for name in names])
        assert await Fetching(one.database).claimed(WHOSE[1], 1, anew=False)

        drained = await one.lot.discard(names, "backlog_full", minute(3), idle_at=WHOSE)
        await Fetching(one.database).again_at(WHOSE, minute(9))
        at_rest = await one.lot.discard(names, "backlog_full", minute(3), idle_at=WHOSE)

        assert (drained, at_rest) == (2, 128)


async def test_what_has_ended_is_never_parked(database_url: str) -> None:
    async with working(database_url) as one:
        await one.end("first")

        assert await one.park("first", "in_flight") == "lost"
        assert one.bus.timers == []


async def test_workers_share_a_rate_limit(database_url: str) -> None:
    async with working(database_url) as one, working(database_url) as two:
        taken = [await reserve(each.database, WHOSE, 10, 1, minute(1)) for each in (one, two, one)]

        assert [each.granted for each in taken] == [1, 0, 0]
        assert taken[1].free_at == minute(1) + timedelta(seconds=0.1)


async def test_a_rate_limit_that_was_raised_lets_in_who_comes_when_it_says_that_it_is_free(
    database_url: str,
) -> None:
    async with working(database_url) as one:
        await reserve(one.database, WHOSE, 0.001, 1, minute(1))

        refused = await reserve(one.database, WHOSE, 100, 1, minute(2))
        granted = await reserve(one.database, WHOSE, 100, 1, refused.free_at)

        assert refused.free_at <= minute(2) + timedelta(seconds=0.1)
        assert (refused.granted, granted.granted) == (0, 1)


async def test_while_others_wait_at_a_limit_nobody_goes_before_them(database_url: str) -> None:
    async with working(database_url) as one:
        await one.park("waits", "rate_limit", due=minute(5))

        out_of_turn = await reserve(one.database, WHOSE, 10, 1, minute(2))
        in_turn = await reserve(one.database, WHOSE, 10, 1, minute(2), in_turn=True)

        assert (out_of_turn.granted, out_of_turn.free_at) == (0, minute(5))
        assert in_turn.granted == 1


async def test_what_is_discarded_stays_on_record_and_releases_its_follower(
    database_url: str,
) -> None:
    async with working(database_url) as one:
        await one.park("first", "disabled")
        await one.park("second", "ordering", after="first")

        count = await one.lot.discard(["first", "second"][:1], "backlog_full", minute(3))

        first = await one.records.get("first")
        assert first is not None
        assert (count, first.state, first.ended) == (1, "discarded", "backlog_full")
        assert (first.body, first.attempts) == (OWED.body, 0)
        assert await one.reason("second") == "in_flight"
        assert one.bus.timers == [f"timer.gate.{WHOSE[1]}.1"]


async def test_waking_an_endpoint_where_nothing_is_parked_does_nothing(database_url: str) -> None:
    async with working(database_url) as one:
        await one.lot.wake(*WHOSE, minute(1))
        await one.park("off", "disabled")
        before = list(one.bus.timers)
        await one.lot.wake(*WHOSE, minute(2))

        async with one.database.session() as session:
            gates = (await session.scalars(select(col(GateRow.endpoint_id)))).all()
        assert before == []
        assert one.bus.timers == [f"timer.gate.{WHOSE[1]}.1"]
        assert gates == [WHOSE[1]]


async def test_who_has_no_connection_any_more_insists_on_no_timer(
    bus: Bus, database_url: str
) -> None:
    async with opened(database_url, TABLES) as database:
        lot = ParkingLot(bus, database)
        await bus.client.close()

        async with asyncio.timeout(30):
            with pytest.raises(Unavailable):
                await lot.park([Wish(OWED, INITIAL, "in_flight", minute(1), DUE)])

        kept = await Records(database).get(OWED.delivery_id)
        assert kept is not None
        assert kept.state == "parked"
