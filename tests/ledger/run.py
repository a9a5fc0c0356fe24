"""One seed's run in a running house: its endpoints, its uploads, its strikes, and at the end its ledger."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from nats.errors import Error as NatsError

from telecine.shared.errors import Unavailable
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import VIDEO
from telecine.shared.tables.database import Database
from telecine.shared.wire.bus import Bus
from tests.customer import ORG, Customer
from tests.ledger import reading
from tests.ledger.faults import Character, Plan
from tests.ledger.ledger import ENDED, Account, Attempt, Kill, Owed, problems
from tests.ledger.receivers import Receivers
from tests.waiting import until

#: Seconds until everything that is owed must have ended.
PATIENCE = 60.0
#: Seconds between two looks at what is on record.
LOOK = 0.02
#: What a question meets whose server was killed, or is busy.
AWAY = (NatsError, TimeoutError, Unavailable)
#: Wall time from an attempt's record until its message is acknowledged for good.
DONE = timedelta(seconds=0.2)
#: The consumer of VIDEOS that matches facts to endpoints.
MATCHING = "subscriptions-matching"
#: The last fact of a video that the encoder makes.
LAST = "video.ready_to_watch"


@dataclass(frozen=True)
class Ground:
    """The house that seeds run in, one after the other: each brings endpoints and videos of its own."""

    bus: Bus
    customer: Customer
    receivers: Receivers
    database: Database
    published: set[Owed]


@dataclass(frozen=True)
class Result:
    """A line of the published table. Of the strikes that were `planned`, `kills` were made: of the others
    the moment did not come before all had ended."""

    kind: str
    seed: int
    owed: int
    attempts: int
    requests: int
    planned: int
    kills: int
    duplicates: int
    repeats: int
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
        self._ordering: dict[str, str] = {}
        self._gone: set[str] = set()
        self._mortal: set[str] = set()
        self._crowded: set[str] = set()
        self._videos: list[str] = []
        self._attempts: dict[int, Attempt] = {}
        self._first = 1  # where the first fact of its videos will stand

    @property
    def requests(self) -> int:
        """Answer how many requests its receivers have seen."""
        return sum(each.endpoint_id in self._paths for each in self.ground.receivers.seen)

    @property
    def done(self) -> int:
        """Answer how many of its attempts have been on record for so long that their messages are done
        with, and gone."""
        before = datetime.now(UTC) - DONE
        return sum(each.known < before for each in self._attempts.values())

    @asynccontextmanager
    async def killing(
        self, what: str, most: int | None = None, *, returns: bool = False
    ) -> AsyncIterator[None]:
        """Note that something is struck in this block, which cuts off `most` attempts (None: any), or
        whose messages come again."""
        began = datetime.now(UTC)
        yield
        self.kills.append(Kill(what, began, datetime.now(UTC), most, returns))

    async def unbroken(self, mending: Coroutine[Any, Any, None]) -> None:
        """Let what was struck be started again, to the end, whoever stops waiting for it."""
        task = asyncio.create_task(mending)
        self._mending.add(task)
        await asyncio.shield(task)

    async def mended(self) -> None:
        """Wait for that."""
        await asyncio.gather(*self._mending)

    async def match_again(self) -> None:
        """Let matching begin again with the first fact of this run, as if NATS had forgotten that it was
        done with it."""
        await until(self._rewound, deadline=PATIENCE, poll=0.05)

    async def _rewound(self) -> bool:
        subject = f"$JS.API.CONSUMER.RESET.VIDEOS.{MATCHING}"
        wanted = json.dumps({"seq": self._first}).encode()
        try:
            answer = await self.ground.bus.client.request(subject, wanted)
        except AWAY:
            return False
        return bool(json.loads(answer.data).get("reset_seq") == self._first)

    async def prepare(self) -> None:
        """Make the endpoints."""
        videos = (await self.ground.bus.js.stream_info("VIDEOS")).state
        self._first = videos.last_seq + 1
        for number, character in enumerate(self.plan.receivers):
            path = f"/{self.plan.seed}/{number}"
            url = self.ground.receivers.add(path, character)
            endpoint_id = await self._endpoint(url, character)
            self._paths[path] = endpoint_id
            self._wanted[endpoint_id] = character.types
            self._ordering[endpoint_id] = character.settings["ordering"]
            if character.gone or character.dead:
                self._mortal.add(endpoint_id)
            if character.gone:
                self._gone.add(endpoint_id)

    async def _endpoint(self, url: str, character: Character) -> str:
        body = {
            "platform": "omega",
            "url": url,
            "types": list(character.types),
            "settings": character.settings,
        }
        made = await self.ground.customer.call("POST", "/v1/endpoints", body, status=201)
        return str(made["id"])

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look all the while what is on record: nothing there says since when it is."""
        over = asyncio.Event()

        async def is_over() -> bool:
            await self._look()
            return over.is_set()

        watching = asyncio.create_task(until(is_over, deadline=inf, poll=LOOK))
        try:
            yield
        finally:
            over.set()  # not cancelled: that would leave a connection of the database open
            await watching

    async def _look(self) -> None:
        found = await reading.attempts(self.ground.database, list(self._wanted))
        self._attempts = found | self._attempts

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
        account: Account = await until(self._read, deadline=PATIENCE, poll=0.2)
        for endpoint_id in self._wanted:
            await self.ground.customer.delete(endpoint_id)
        return Result(
            kind="",
            seed=self.plan.seed,
            owed=len(account.owed),
            attempts=len(account.attempts),
            requests=len(account.seen),
            planned=0,
            kills=len(account.kills),
            duplicates=len(account.duplicates),
            repeats=len(account.repeats),
            missing=len(account.missing),
            problems=(*stuck, *problems(account)),
            struck=tuple(each.what for each in account.kills),
        )

    async def _ended(self) -> bool:
        """Whether all has ended; who cannot be asked just now has not."""
        try:
            return await self._all_ended()
        except AWAY:
            return False

    async def _read(self) -> Account | None:
        """Answer the account; None if its sides cannot be read just now."""
        try:
            return await self._account()
        except AWAY:
            return None

    async def _all_ended(self) -> bool:
        """Whether every fact has come, all that is owed is on record and has ended, and no work is left."""
        await self._look_at_timers()
        await self._switch_on()
        if not await self._matched():
            return False
        owed = await self._owed()
        found = await reading.deliveries(self.ground.database, list(self._wanted))
        states = {Owed(each.endpoint_id, each.event_id): each.state for each in found}
        return all(states.get(each) in ENDED for each in owed) and await self._idle()

    async def _matched(self) -> bool:
        """Whether the encoder is done with every video, and matching with every fact."""
        log = EventLog(self.ground.bus, VIDEO)
        for video_id in self._videos:
            facts = [fact.fact.type async for fact in log.read(f"video.*.{ORG}.{video_id}")]
            if LAST not in facts:
                return False
        consumers = await self.ground.bus.js.consumers_info("VIDEOS")
        behind = [
            (each.num_pending or 0) + (each.num_ack_pending or 0)
            for each in consumers
            if each.name == MATCHING
        ]
        return behind == [0]

    async def _look_at_timers(self) -> None:
        """Note who has more timers than one and the next: what is parked has one for all of it."""
        info = await self.ground.bus.js.stream_info("TIMERS", subjects_filter="timer.gate.>")
        keys = Counter(subject.split(".")[2] for subject in info.state.subjects or {})
        self._crowded |= {
            key for key, timers in keys.items() if timers > 2 and key in self._wanted
        }

    async def _switch_on(self) -> None:
        """Switch on again who was switched off, for having said 410, or for having failed too long, as a
        slow machine makes it: what it was owed goes out then."""
        for endpoint_id in self._mortal:
            path = f"/v1/endpoints/{endpoint_id}"
            if not (await self.ground.customer.call("GET", path))["active"]:
                self._gone.add(endpoint_id)
                await self.ground.customer.call("PATCH", path, {"active": True})

    async def _idle(self) -> bool:
        js = self.ground.bus.js
        for stream, filter_ in (
            ("DELIVERIES", ">"),
            ("DUE", "due.delivery.>"),
            ("TIMERS", "timer.delivery.>"),
            ("TIMERS", "timer.gate.>"),
            ("DUE", "due.gate.>"),
        ):
            info = await js.stream_info(stream, subjects_filter=filter_)
            if info.state.subjects:
                return False
        return True

    async def _owed(self) -> set[Owed]:
        """Answer what is owed: what the log says, but of endpoints that were switched off for a while
        what was published to them; then no new event is theirs.
        """
        log = await reading.owed_by_the_log(self.ground.bus, self._videos, self._wanted)
        return {
            each
            for each in log
            if each.endpoint_id not in self._gone or each in self.ground.published
        }

    async def _account(self) -> Account:
        await self._look()
        return Account(
            owed=await self._owed(),
            deliveries=await reading.deliveries(self.ground.database, list(self._wanted)),
            attempts=list(self._attempts.values()),
            seen=[
                replace(each, endpoint_id=self._paths[each.endpoint_id])
                for each in self.ground.receivers.seen
                if each.endpoint_id in self._paths
            ],
            kills=self.kills,
            ordering=self._ordering,
            crowded=self._crowded,
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
        async with its.watched():
            await its.happen()
            return await its.end()
    finally:
        striking.cancel()  # first, or it could strike once more while that is waited for
        await asyncio.wait([striking])
        await its.mended()
        if not striking.cancelled():
            striking.result()
