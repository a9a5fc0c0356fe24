"""One seed's run in a running house: its endpoints, its uploads, its strikes, and at the end its ledger."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from telecine.shared.bus import Bus
from telecine.shared.database import Database
from tests.customer import Customer
from tests.ledger import reading
from tests.ledger.faults import Plan
from tests.ledger.ledger import ENDED, Account, Kill, Owed, problems
from tests.ledger.receivers import Receivers
from tests.waiting import until

#: Seconds until everything that is owed must have ended.
PATIENCE = 60.0


@dataclass(frozen=True)
class Ground:
    """The house that seeds run in, one after the other: each brings endpoints and videos of its own."""

    bus: Bus
    customer: Customer
    receivers: Receivers
    database: Database


@dataclass(frozen=True)
class Result:
    """A line of the published table."""

    kind: str
    seed: int
    owed: int
    attempts: int
    requests: int
    kills: int
    duplicates: int
    missing: int
    problems: tuple[str, ...]
    struck: tuple[str, ...]


class Run:
    """What has happened so far in one seed's run."""

    def __init__(self, ground: Ground, plan: Plan) -> None:
        self.ground = ground
        self.plan = plan
        self.kills: list[Kill] = []
        self._mending: set[asyncio.Task[None]] = set()
        self._paths: dict[str, str] = {}
        self._wanted: reading.Wanted = {}
        self._videos: list[str] = []

    @property
    def requests(self) -> int:
        """Answer how many requests its receivers have seen."""
        return sum(each.endpoint_id in self._paths for each in self.ground.receivers.seen)

    @asynccontextmanager
    async def killing(self, what: str, most: int | None = None) -> AsyncIterator[None]:
        """Note that something is struck in this block, which cuts off `most` attempts (None: any)."""
        began = datetime.now(UTC)
        yield
        self.kills.append(Kill(what, began, datetime.now(UTC), most))

    async def unbroken(self, mending: Coroutine[Any, Any, None]) -> None:
        """Let what was struck be started again, to the end, whoever stops waiting for it."""
        task = asyncio.create_task(mending)
        self._mending.add(task)
        await asyncio.shield(task)

    async def mended(self) -> None:
        """Wait for that."""
        await asyncio.gather(*self._mending)

    async def prepare(self) -> None:
        """Make the endpoints."""
        for number, character in enumerate(self.plan.receivers):
            path = f"/{self.plan.seed}/{number}"
            url = self.ground.receivers.add(path, character)
            endpoint_id = await self.ground.customer.endpoint(url, *character.types)
            self._paths[path] = endpoint_id
            self._wanted[endpoint_id] = character.types

    async def happen(self) -> None:
        """Make the uploads, side by side, each until it is accepted."""
        uploads = (self.ground.customer.upload(f"clip {n}") for n in range(self.plan.uploads))
        self._videos += await asyncio.gather(*uploads)

    async def end(self) -> Result:
        """Wait until all that is owed has ended; answer what does not fit."""
        try:
            await until(self._ended, deadline=PATIENCE, poll=0.05)
            stuck: list[str] = []
        except AssertionError as error:
            stuck = [f"not at rest: {error}"]
        account = await self._account()
        for endpoint_id in self._wanted:
            await self.ground.customer.delete(endpoint_id)
        return Result(
            kind="",
            seed=self.plan.seed,
            owed=len(account.owed),
            attempts=len(account.attempts),
            requests=len(account.seen),
            kills=len(account.kills),
            duplicates=len(account.duplicates),
            missing=len(account.missing),
            problems=(*stuck, *problems(account)),
            struck=tuple(each.what for each in account.kills),
        )

    async def _ended(self) -> bool:
        """Whether every fact has come, all that is owed is on record and has ended, and no work is left."""
        owed = await self._owed()
        expected = sum(len(types) for types in self._wanted.values()) * len(self._videos)
        if len(owed) < expected:
            return False
        found = await reading.deliveries(self.ground.database, list(self._wanted))
        states = {Owed(each.endpoint_id, each.event_id): each.state for each in found}
        return all(states.get(each) in ENDED for each in owed) and await self._idle()

    async def _idle(self) -> bool:
        js = self.ground.bus.js
        for stream, filter_ in (
            ("DELIVERIES", ">"),
            ("DUE", "due.delivery.>"),
            ("TIMERS", "timer.delivery.>"),
        ):
            info = await js.stream_info(stream, subjects_filter=filter_)
            if info.state.subjects:
                return False
        return True

    async def _owed(self) -> set[Owed]:
        return await reading.owed_by_the_log(self.ground.bus, self._videos, self._wanted)

    async def _account(self) -> Account:
        endpoints = list(self._wanted)
        return Account(
            owed=await self._owed(),
            deliveries=await reading.deliveries(self.ground.database, endpoints),
            attempts=await reading.attempts(self.ground.database, endpoints),
            seen=[
                replace(each, endpoint_id=self._paths[each.endpoint_id])
                for each in self.ground.receivers.seen
                if each.endpoint_id in self._paths
            ],
            kills=self.kills,
        )


Strike = Callable[[Run], Coroutine[Any, Any, None]]


async def run(ground: Ground, plan: Plan, strike: Strike) -> Result:
    """Let one seed's events happen while `strike` strikes; answer its line of the table.

    What was not struck when all has ended never will be.
    """
    its = Run(ground, plan)
    await its.prepare()
    striking = asyncio.create_task(strike(its))
    try:
        await its.happen()
        return await its.end()
    finally:
        await its.mended()
        striking.cancel()
        await asyncio.wait([striking])
        if not striking.cancelled():
            striking.result()
