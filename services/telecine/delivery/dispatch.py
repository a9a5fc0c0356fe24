"""Dispatching: a job goes into its endpoint's lane, or is parked; a lane's turn is an attempt."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic

import structlog

from telecine.delivery.admission import Admission
from telecine.delivery.attempt import delivery_row
from telecine.delivery.breaker import Breaker, Closed, Open, lets_through
from telecine.delivery.decider import Discard, Owed, Parking, evolve
from telecine.delivery.directory import Directory
from telecine.delivery.insisting import Insisting, Step
from telecine.delivery.job import Job
from telecine.delivery.lanes import Lane, Lanes
from telecine.delivery.parker import Parker
from telecine.delivery.parking import ParkingLot, Wish
from telecine.delivery.policy import Policy
from telecine.delivery.records import Entry, Records
from telecine.delivery.standing import state_of
from telecine.shared.aggregates.endpoint import Active, Deleted, Profile
from telecine.shared.tables.database import Database
from telecine.shared.tasks import alongside
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

#: Seconds between two looks for lanes that are slow.
_LOOK = 0.1

Attempt = Callable[[Lane[Job], Job, Profile], Awaitable[None]]


class Dispatch:
    """The lanes of one copy. `attempt` makes an attempt, `lost` follows up a job whose number another
    attempt has taken. `slots` is how many attempts are made side by side."""

    def __init__(
        self,
        bus: Bus,
        clock: VirtualClock,
        *,
        records: Records,
        directory: Directory,
        database: Database,
        lot: ParkingLot,
        policy: Policy,
        insisting: Insisting,
        attempt: Attempt,
        lost: Step,
        slots: int,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._records = records
        self._directory = directory
        self._lot = lot
        self._parker = Parker(bus, lot, insisting, ready=self._not_parked, lost=lost)
        self._policy = policy
        self._insisting = insisting
        self._attempt = attempt
        self._lost = lost
        self.lanes: Lanes[Job] = Lanes(slots, self._work, now=monotonic)
        self._admission = Admission(
            database, clock.now, admit=self.enter, refuse=self._refused, again=insisting.again
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Dispatch while the block lasts."""
        async with alongside("slow lanes", self._look()):
            try:
                yield
            finally:
                await self.lanes.stop()

    def admit(self, job: Job) -> None:
        """Let a job into its endpoint's lane: at once if nothing has to be asked first."""
        endpoint = self._directory.known(job.owed.endpoint_id, job.owed.endpoint_sequence)
        if isinstance(endpoint, Active) and (job.cleared or not job.owed.predecessor):
            self._admit_to(endpoint.profile, job)
        else:
            self._insisting.begin(job, self.admit_slowly)

    async def admit_slowly(self, job: Job) -> None:
        """Let a job in, asking whatever has to be asked first."""
        endpoint = await self._directory.find(job.owed.endpoint_id, job.owed.endpoint_sequence)
        if isinstance(endpoint, Deleted):
            await self._set_aside(job, deleted=True)
        elif _comes_after(job, endpoint.profile):
            # Also where nothing is sent now: with its predecessor it would be fetched side by side.
            self._park(job, "ordering", job.now)
        elif not isinstance(endpoint, Active):
            await self._set_aside(job, deleted=False)
        else:
            self._admit_to(endpoint.profile, job)

    def _admit_to(self, profile: Profile, job: Job) -> None:
        rate = profile.subscription.settings.rate_limit
        if rate is None:
            self._enter(self.lanes.of(profile.id, self._policy.cap_of(profile)), job)
        else:
            self._admission.ask(job, rate)

    def enter(self, job: Job) -> None:
        """Put a job into its lane, unless the endpoint's breaker is open or its lane is slow."""
        self._enter(self._lane_of(job.owed.endpoint_id), job)

    def _enter(self, lane: Lane[Job], job: Job) -> None:
        if isinstance(lane.breaker, Open) and job.probe is None and _waits(lane.breaker, job):
            # What was fetched too: on record the breaker may be closed by now, which we must hear.
            if job.wish:
                self._insisting.begin(job, self._put_back)
            else:
                self._park(job, lane.breaker.reason, lane.breaker.until, unless_closed=True)
        elif lane.slow and len(lane.waiting) >= lane.cap and not job.is_fetched:
            self._crowded_out(job)
        else:
            self.lanes.put(lane, job)

    def hold(self, job: Job) -> None:
        """Park what a replay brings: it is fetched when nothing live waits at its endpoint."""
        self._park(job, "replay", self._clock.now())

    def breaker_of(self, endpoint_id: str) -> Breaker:
        """Answer an endpoint's breaker, as this worker knows it."""
        return self._lane_of(endpoint_id).breaker

    def window_of(self, endpoint_id: str) -> int:
        """Answer how many attempts at an endpoint this worker would have under way now."""
        return self._lane_of(endpoint_id).window

    def is_stuck(self, endpoint_id: str) -> bool:
        """Whether nothing more can be sent to an endpoint for now: nobody answers what is under way."""
        return self.lanes.is_stuck(self._lane_of(endpoint_id))

    def turned(self, lane: Lane[Job]) -> None:
        """A lane's breaker has opened or closed: what waits there is dispatched anew."""
        for job in self.lanes.emptied(lane):
            self.enter(job)

    def _lane_of(self, endpoint_id: str) -> Lane[Job]:
        endpoint = self._directory.known(endpoint_id, 0)
        cap = self._policy.cap_of(endpoint.profile) if endpoint else 1
        return self.lanes.of(endpoint_id, cap)

    def _refused(self, job: Job, free_at: datetime) -> None:
        self._park(job, "rate_limit", free_at)

    def _crowded_out(self, job: Job) -> None:
        self._park(job, "in_flight", job.now)

    def _park(
        self, job: Job, reason: Parking, due: datetime, *, unless_closed: bool = False
    ) -> None:
        now = max(job.now, self._clock.now())  # however late it comes, it waits from now on
        wish = Wish(job.owed, job.state, reason, now, due, unless_closed)
        self._parker.park(job, wish)

    async def _put_back(self, job: Job) -> None:
        """A wish meets an open breaker: it is where it was, unless the breaker is closed on record."""
        if isinstance(await self._lot.breaker_of(job.owed.endpoint_id), Open):
            job.finish()
        else:
            await self._not_parked("breaker", job)

    async def _not_parked(self, reason: Parking, job: Job) -> None:
        """Go on with a job: on record, there was no reason any more to park it."""
        if reason == "ordering":
            job.cleared = True
            self.admit(job)
            return
        lane = self._lane_of(job.owed.endpoint_id)
        if not lane.turning:
            lane.breaker = Closed()
        self.lanes.put(lane, job)

    async def _set_aside(self, job: Job, *, deleted: bool) -> None:
        """The endpoint is not to be sent to: hold what is owed until it is, or give it up."""
        if not deleted and job.owed.trigger != "test":
            self._park(job, "disabled", job.now)
            return
        why = "endpoint_deleted" if deleted else "endpoint_inactive"
        after = evolve(job.state, Discard(why), "none")
        entry = Entry(delivery_row(job.owed, after, job.now, None), None, ordered=True)
        written = await self._records.write([entry])
        await self._lot.set_timers(written.armed)
        if written.won[0]:
            log.info("delivery.discarded", why=why, delivery_id=job.owed.delivery_id)
            await self._insisting.done(job)
        else:
            await self._lost(job)

    async def _work(self, lane: Lane[Job], job: Job) -> None:
        try:
            endpoint = self._directory.known(job.owed.endpoint_id, 0)
            if not isinstance(endpoint, Active):
                self._begin_anew(job)
            elif self._is_doubtful(job) and await self._has_moved_on(job):
                self._insisting.restart(job)
            else:
                await self._attempt(lane, job, endpoint.profile)
        except Exception as error:  # noqa: BLE001 - whatever fails here is tried again
            self._insisting.again(job, error)

    def _begin_anew(self, job: Job) -> None:
        """An endpoint was switched off while a job waited in its lane."""
        if job.wish:
            job.finish()  # which waits on, where it was
        else:
            self._insisting.begin(job, self.admit_slowly)

    def _is_doubtful(self, job: Job) -> bool:
        """Whether somebody else may be at work on it: also what waited here while NATS was away, since that
        has come again to whoever asked first. (A wish is looked for by itself.)"""
        if job.wish:
            return False
        return job.doubtful or (job.message is not None and job.since != self._bus.connected_at)

    async def _has_moved_on(self, job: Job) -> bool:
        """Whether somebody else has recorded something of a delivery while it waited in its lane: what
        is sent behind that would be a duplicate, and may overtake who comes after it."""
        return state_of(await self._records.get(job.delivery_id)) != job.state

    async def _look(self) -> None:
        """Park what waits in slow lanes: it keeps the messages of others from being taken."""
        while True:
            before = monotonic()
            await asyncio.sleep(_LOOK)
            if monotonic() - before > 2 * _LOOK:
                continue  # this process was held up itself: nobody else was slow
            for job in list(self.lanes.surplus()):
                if job.is_fetched:
                    job.finish()
                else:
                    self._crowded_out(job)


def _comes_after(job: Job, profile: Profile) -> bool:
    """Whether a delivery must wait for another one's end, as far as its message tells."""
    ordered = profile.subscription.settings.ordering != "none"
    waits = isinstance(job.state, Owed) and job.owed.predecessor is not None
    return ordered and waits and not job.cleared


def _waits(breaker: Open, job: Job) -> bool:
    """Whether an open breaker holds a job back: a retry keeps its time, unless the receiver itself has
    asked for less, and whoever tries an endpoint out wants to know how it is now."""
    if lets_through(breaker) and job.owed.trigger == "test":
        return False
    return breaker.reason == "rate_limit" or job.number == 1 or job.wish is not None
