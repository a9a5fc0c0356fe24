"""The parker on a real database: what is parked together is acknowledged together, and nobody is left."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.aio.msg import Msg
from structlog.testing import capture_logs

from telecine.delivery.decider import INITIAL, Parking, Succeeded
from telecine.delivery.insisting import Insisting
from telecine.delivery.job import Job
from telecine.delivery.parker import Parker
from telecine.delivery.parking import Answer, ParkingLot, Wish
from telecine.delivery.records import Records
from telecine.delivery.standing import state_of
from telecine.delivery.tables import AttemptRow, DeliveryRow, GateRow, MarkRow
from telecine.shared.errors import Unavailable
from telecine.shared.tables.database import opened
from telecine.shared.wire.holding import Holding
from tests.delivery import test_parking
from tests.delivery.test_chain_records import entry
from tests.shared.videos import minute
from tests.waiting import until


class Wire(test_parking.Clockwork):
    """Notes what is acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.acknowledged: list[list[str]] = []

    async def ack_all(self, messages: Sequence[Msg]) -> None:
        self.acknowledged.append([message.reply for message in messages])

    def failed(self, message: Msg) -> None:
        """It is tried again."""


class Held(Holding):
    """Notes what is held no more."""

    def __init__(self) -> None:
        self.let_go: list[str] = []

    def done(self, *messages: Msg) -> None:
        self.let_go += [message.reply for message in messages]


class Copy:
    """One worker's parker, with what it has handed on."""

    def __init__(self, records: Records, lot: ParkingLot, wire: Wire) -> None:
        self.records = records
        self.wire = wire
        self.held = Held()
        self.again: list[str] = []
        self.ready: list[tuple[Parking, str]] = []
        self.lost: list[str] = []
        self.insisting = Insisting(wire, self._restart)
        self.parker = Parker(wire, lot, self.insisting, ready=self._ready, lost=self._lose)

    def park(
        self, *names: str, reason: Parking = "in_flight", fetched: bool = False, **how: Any
    ) -> list[Job]:
        jobs = []
        for name in names:
            wish = test_parking.wish(name, reason, **how)
            message = Msg(_client=None, reply=name)  # type: ignore[arg-type]  # nobody answers
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            job = Job(wish.owed, 1, "first", minute(1), INITIAL, message, self.held, done)
            if fetched:
                job.message = job.holding = None
            self.parker.park(job, wish)
            jobs.append(job)
        return jobs

    async def _restart(self, job: Job) -> None:
        self.again.append(job.delivery_id)
        job.finish()

    async def _ready(self, reason: Parking, job: Job) -> None:
        self.ready.append((reason, job.delivery_id))
        job.finish()

    async def _lose(self, job: Job) -> None:
        self.lost.append(job.delivery_id)
        job.finish()


@asynccontextmanager
async def working(url: str) -> AsyncIterator[Copy]:
    async with opened(url, [DeliveryRow, AttemptRow, GateRow, MarkRow]) as database:
        wire = Wire()
        copy = Copy(Records(database), ParkingLot(wire, database), wire)
        try:
            yield copy
        finally:
            await copy.insisting.stop()


async def done(jobs: Sequence[Job]) -> None:
    async with asyncio.timeout(30):
        await asyncio.gather(*(job.done for job in jobs if job.done))


async def test_what_comes_in_one_moment_is_parked_told_and_acknowledged_together(
    database_url: str,
) -> None:
    names = [f"d-{n}" for n in range(30)]
    async with working(database_url) as copy:
        with capture_logs() as logs:
            await done(copy.park(*names))

        assert copy.wire.acknowledged == [names]
        assert copy.held.let_go == names
        assert [each for each in logs if "parked" in each["event"]] == [
            {
                "event": "deliveries.parked",
                "deliveries": 30,
                "reasons": {"in_flight": 30},
                "log_level": "info",
            }
        ]
        kept = [state_of(await copy.records.get(name)).kind for name in names]
        assert kept == ["parked"] * 30


async def test_while_more_comes_it_waits_longer_for_still_more(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with working(database_url) as copy:
        acknowledge = Wire.ack_all

        async def while_more_comes(wire: Wire, messages: Sequence[Msg]) -> None:
            await acknowledge(wire, messages)
            if len(wire.acknowledged) == 1:
                jobs.extend(copy.park("second"))

        monkeypatch.setattr(Wire, "ack_all", while_more_comes)
        jobs = copy.park("first")
        await until(lambda: len(jobs) == 2)
        jobs += copy.park("third")
        await done(jobs)
        await done(copy.park("fourth"))

        assert copy.wire.acknowledged == [["first"], ["second", "third"], ["fourth"]]


@pytest.mark.parametrize("reason", ["replay", "breaker"])
async def test_what_somebody_awaits_waits_for_nobody_else(
    database_url: str, monkeypatch: pytest.MonkeyPatch, reason: Parking
) -> None:
    monkeypatch.setattr("telecine.delivery.parker._LINGER", 3600)
    async with working(database_url) as copy:
        await done(copy.park("one", "two", reason=reason, fetched=True))
        assert state_of(await copy.records.get("two")).kind == "parked"


async def test_of_a_few_each_has_its_line(database_url: str) -> None:
    async with working(database_url) as copy:
        with capture_logs() as logs:
            await done(copy.park("one", "two"))

    told = [(each["delivery_id"], each["reason"]) for each in logs if "reason" in each]
    assert told == [("one", "in_flight"), ("two", "in_flight")]


async def test_what_comes_after_what_has_ended_is_let_go_and_not_acknowledged(
    database_url: str,
) -> None:
    async with working(database_url) as copy:
        await copy.records.put(entry(1, Succeeded(2), new=True, delivery_id="before"))
        await done(copy.park("after", reason="ordering", after="before"))

        assert copy.ready == [("ordering", "after")]
        assert copy.wire.acknowledged == [[]]
        assert copy.held.let_go == []


async def test_what_has_moved_on_meanwhile_is_followed_up_and_the_others_are_parked(
    database_url: str,
) -> None:
    async with working(database_url) as copy:
        await copy.records.put(entry(1, Succeeded(2), new=True, delivery_id="moved"))
        await done(copy.park("moved", "stays"))

        assert copy.lost == ["moved"]
        assert copy.wire.acknowledged == [["stays"]]


@pytest.mark.parametrize("moment", ["park", "ack_all"])
async def test_what_could_not_be_parked_or_acknowledged_begins_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    async def away(*_: Any) -> None:
        raise Unavailable("the database is away")

    async with working(database_url) as copy:
        with monkeypatch.context() as patched:
            patched.setattr({"park": ParkingLot, "ack_all": Wire}[moment], moment, away)
            await done(copy.park("one", "two"))
        assert (sorted(copy.again), copy.held.let_go) == (["one", "two"], [])

        await done(copy.park("three"))
        assert copy.wire.acknowledged == [["three"]]


async def test_one_that_cannot_be_parked_keeps_nobody_else_from_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = ParkingLot.park

    async def all_but_one(lot: ParkingLot, wishes: Sequence[Wish]) -> list[Answer]:
        if any(wish.owed.delivery_id == "bad" for wish in wishes):
            raise ValueError("no database would take it")
        return await park(lot, wishes)

    async with working(database_url) as copy:
        monkeypatch.setattr(ParkingLot, "park", all_but_one)
        await done(copy.park("one", "bad", "two"))

        assert copy.again == ["bad"]
        assert copy.held.let_go == ["one", "two"]
