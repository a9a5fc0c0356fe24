"""Draining: when an endpoint's timer fires, what waits there is fetched, as fast as it may be sent.

The timer's firing is the right to do so: it is one message, so one worker has it at a time, and another
one gets it if that worker dies. What is fetched stays parked until its attempt is on record.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from nats.aio.msg import Msg

from telecine.delivery.attempt import Trigger
from telecine.delivery.breaker import CLOSED, Breaker, Open, lets_through, unheard
from telecine.delivery.depot import Depot
from telecine.delivery.fetching import Fetching, fetched_at
from telecine.delivery.gates import Armed, breaker_of
from telecine.delivery.job import Job
from telecine.delivery.limiting import reserve
from telecine.delivery.line import Line, Turn
from telecine.delivery.standing import owed_of, state_of
from telecine.delivery.worker import Worker
from telecine.shared.aggregates.endpoint import Active, Deleted, Profile
from telecine.shared.observing.logging import correlation
from telecine.shared.tasks import pause_before
from telecine.shared.time.timers import parse_fired

log = structlog.get_logger()

#: Deliveries that are fetched at once; more are under way only if the endpoint takes more.
_BATCH = 64
#: More than a worker may have under way when it dies.
_UNDER_WAY = 1000
#: Seconds after the first of them is done until the next are fetched.
_SOON = 0.02
#: Seconds until it is looked again whether an endpoint takes anything.
_STUCK = 0.1


@dataclass(eq=False)
class Drain:
    """One endpoint being drained. `now` is virtual; `under_way`: what was fetched and is not done, by
    delivery; `looks`: how often in a row nothing more was found."""

    org: str
    endpoint_id: str
    generation: int
    now: datetime
    under_way: dict[str, Job] = field(default_factory=dict)
    looks: int = 0

    @property
    def whose(self) -> tuple[str, str]:
        return self.org, self.endpoint_id


class Draining:
    """Handles endpoints' timers; idempotent by their generation."""

    def __init__(self, depot: Depot, worker: Worker) -> None:
        self._bus = depot.bus
        self._clock = depot.clock
        self._database = depot.database
        self._records = depot.records
        self._fetching = Fetching(depot.database)
        self._wishes = depot.wishes
        self._line = Line(self._fetching, depot.wishes, depot.records)
        self._directory = depot.directory
        self._lot = depot.lot
        self._policy = depot.policy
        self._worker = worker

    async def take(self, message: Msg) -> None:
        """Drain an endpoint, unless another firing has the right to by now."""
        fired = parse_fired(message)
        with correlation("", endpoint_id=fired.key):
            redelivered = self._bus.redelivered(message)
            gate = await self._fetching.claimed(fired.key, fired.generation, anew=redelivered)
            if gate:
                drain = Drain(gate.org, fired.key, fired.generation, fired.due)
                if redelivered:
                    await self._follow_up(drain)
                await self._lot.set_timers(await self._drained(drain, breaker_of(gate)))
            elif redelivered:
                await self._lot.remind(fired.key)  # who went on from here may not have lived to
        await self._bus.ack(message)

    async def _follow_up(self, drain: Drain) -> None:
        """See to what was fetched and attempted by somebody who may not have lived to publish what
        follows: what was parked has no message of its own that would come again."""
        for row in await self._fetching.moved_since(drain.whose, drain.now, _UNDER_WAY):
            await self._worker.see_to(row)

    async def _drained(self, drain: Drain, breaker: Breaker) -> list[Armed]:
        """Drain; if that fails, what is under way comes to its end first: whoever drains next would fetch
        it once more."""
        try:
            return await self._drain(drain, breaker)
        except Exception:
            await self._settle(drain)
            raise

    async def _drain(self, drain: Drain, breaker: Breaker) -> list[Armed]:
        """Send what may be sent now; answer the timer to be set for the rest, if there is any.

        It goes on while anything is under way, and by the endpoint as it is by then.
        """
        while isinstance(endpoint := await self._directory.find(drain.endpoint_id, 0), Active):
            if isinstance(breaker, Open):
                if breaker.until > drain.now and not await self._is_asked_for(drain, breaker):
                    return await self._fetching.again_behind(drain.whose, breaker, drain.now)
                breaker = await self._probe(drain, breaker)
                await self._fetching.note(drain.endpoint_id, breaker)
                continue
            drain.now = max(drain.now, self._clock.now())
            waited, free_at = await self._some(drain, endpoint.profile)
            if not drain.under_way and not waited:
                return await self._fetching.rest(drain.whose, drain.now)
            breaker = self._worker.breaker_of(drain.endpoint_id)
            if isinstance(breaker, Open):
                await self._settle(drain)
                return await self._fetching.again_behind(drain.whose, breaker, drain.now)
            if not drain.under_way and free_at > drain.now:
                return await self._fetching.again_at(drain.whose, free_at)
        await self._settle(drain)
        return await self._switched_off(drain, deleted=isinstance(endpoint, Deleted))

    async def _is_asked_for(self, drain: Drain, breaker: Open) -> bool:
        """Whether somebody asks by hand to be let through before the time."""
        return lets_through(breaker) and await self._fetching.is_asked_by_hand(drain.endpoint_id)

    async def _probe(self, drain: Drain, breaker: Open) -> Breaker:
        """Let one through to see whether the endpoint takes anything again.

        What this worker thinks of the breaker is no answer: it may not have heard that it is open.
        """
        for turn in await self._line.next(drain.endpoint_id, 1, (), bulk=1):
            log.info("breaker.probed", endpoint_id=drain.endpoint_id, delivery_id=turn.row.id)
            [job] = await self._send(drain, [turn], breaker)
            await self._settle(drain)
            return job.probed or unheard(breaker, max(drain.now, self._clock.now()))
        return CLOSED

    async def _some(self, drain: Drain, profile: Profile) -> tuple[int, datetime]:
        """Send some of what waits, and wait a moment; answer how many waited, and when more may be sent."""
        if self._worker.is_stuck(drain.endpoint_id):
            await asyncio.sleep(_STUCK)
            await self._settle(drain, longest=0)
            return 1, drain.now  # at least: nobody has looked
        room, bulk = self._room(drain, profile)
        rate = profile.subscription.settings.rate_limit
        if rate is not None:
            return await self._some_at(rate, drain, room, bulk)
        found = await self._fetch(drain, room, bulk)
        drain.looks = 0 if found else drain.looks + 1
        # Where there is room, more may be parked meanwhile, or released by its predecessor's end.
        longest = pause_before(max(1, drain.looks)) if found < room else None
        await self._settle(drain, for_one=True, longest=longest)
        return found, drain.now

    async def _some_at(
        self, rate: float, drain: Drain, room: int, bulk: int
    ) -> tuple[int, datetime]:
        """Do the same by the rate limit: what it has for this moment. The next ones have a moment of
        theirs, which is waited for here while something is under way."""
        waiting = await self._line.count(drain.endpoint_id, room, drain.under_way, bulk=bulk)
        if not waiting:
            drain.looks += 1
            await self._settle(drain, for_one=True, longest=pause_before(drain.looks))
            return 0, drain.now
        drain.looks = 0
        taken = await reserve(self._database, drain.whose, rate, waiting, drain.now, in_turn=True)
        await self._fetch(drain, taken.granted, bulk)
        await self._settle(drain, longest=self._clock.wall_seconds_until(taken.free_at))
        return waiting, taken.free_at

    def _room(self, drain: Drain, profile: Profile) -> tuple[int, int]:
        """Answer how many may be fetched, and of what was asked for in bulk. Of an endpoint that is slow to
        answer no more are than it takes, or they would be put back; half of that is for what is live."""
        width = min(self._policy.cap_of(profile), self._worker.window_of(drain.endpoint_id))
        in_bulk = sum(job.is_in_bulk for job in drain.under_way.values())
        room = min(2 * width, _BATCH) - len(drain.under_way)
        return room, max(1, width // 2) - in_bulk

    async def _fetch(self, drain: Drain, most: int, bulk: int) -> int:
        """Have those sent whose turn it is; answer how many.

        Raises Unavailable where that could hardly be recorded: each would come back at once, to be fetched
        again without a pause.
        """
        self._records.expect_writable()
        found = await self._line.next(drain.endpoint_id, most, drain.under_way, bulk=bulk)
        return len(await self._send(drain, found))

    async def _send(self, drain: Drain, turns: list[Turn], probe: Open | None = None) -> list[Job]:
        """Have these sent to the endpoint, as it was at least when somebody asked for it."""
        asked = max((turn.wish.endpoint_sequence for turn in turns if turn.wish), default=0)
        await self._directory.find(drain.endpoint_id, asked)
        jobs = [self._job(drain, turn, probe) for turn in turns]
        for job in jobs:
            drain.under_way[job.delivery_id] = job
            self._worker.enter(job)
        return jobs

    def _job(self, drain: Drain, turn: Turn, probe: Open | None) -> Job:
        row, wish = turn.row, turn.wish
        owed = owed_of(row)
        usual: Trigger = owed.trigger if row.next == 1 else "retry"
        return Job(
            owed,
            row.next,
            wish.trigger if wish else "probe" if probe else usual,
            max(drain.now, row.updated_at),
            state_of(row),
            done=asyncio.get_running_loop().create_future(),
            probe=probe,
            # It is held against the record when its turn comes: if we are cut off from NATS, another
            # worker drains the endpoint.
            doubtful=True,
            wish=wish,
        )

    async def _settle(
        self, drain: Drain, *, for_one: bool = False, longest: float | None = None
    ) -> None:
        """Wait until all of what is under way is done (or `for_one`, and what is done soon after it), for
        `longest` seconds at most."""
        waited = [job.done for job in drain.under_way.values() if job.done]
        if for_one and waited:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait(waited, return_when=first, timeout=longest)
            longest = _SOON
        if waited:
            await asyncio.wait(waited, timeout=longest)
        for key, job in list(drain.under_way.items()):
            if job.done and job.done.done():
                del drain.under_way[key]

    async def _switched_off(self, drain: Drain, *, deleted: bool) -> list[Armed]:
        """Nothing is sent any more: what waits here waits for the endpoint to be switched on, or, where
        that cannot be, is given up."""
        here = fetched_at(drain.endpoint_id)
        while deleted and (rows := await self._fetching.oldest(here, _BATCH)):
            await self._lot.discard([row.id for row in rows], "endpoint_deleted", drain.now)
        if deleted:
            await self._wishes.give_up(*drain.whose)
        await self._fetching.hold(drain.whose)
        return []
