"""Making an attempt: sent, judged, its delivery moved on, its endpoint's breaker told."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

import structlog

from telecine.delivery.breaker import Breaker, Closed, Open, heard, probed
from telecine.delivery.breakers import Breakers
from telecine.delivery.decider import Attempted, Owed, State, evolve
from telecine.delivery.directory import Directory
from telecine.delivery.following import Ended
from telecine.delivery.insisting import Insisting
from telecine.delivery.job import Job
from telecine.delivery.lanes import Lane
from telecine.delivery.parking import ParkingLot
from telecine.delivery.policy import Policy
from telecine.delivery.recorder import Recorder
from telecine.delivery.records import Records
from telecine.delivery.resending import Resending
from telecine.delivery.schedule import stretch
from telecine.delivery.trying import Tried, Trying
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.errors import Unavailable
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

_NO_TRACE: Mapping[str, str] = {}


class Making:
    """Makes attempts and hands them to the recorder. `turned` is told of a lane whose breaker has
    opened or closed."""

    def __init__(
        self,
        bus: Bus,
        clock: VirtualClock,
        *,
        trying: Trying,
        records: Records,
        directory: Directory,
        breakers: Breakers,
        lot: ParkingLot,
        policy: Policy,
        recorder: Recorder,
        insisting: Insisting,
        resending: Resending,
        turned: Callable[[Lane[Job]], None],
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._trying = trying
        self._records = records
        self._directory = directory
        self._breakers = breakers
        self._lot = lot
        self._policy = policy
        self._recorder = recorder
        self._insisting = insisting
        self._resending = resending
        self._turned = turned

    async def attempt(self, lane: Lane[Job], job: Job, profile: Profile) -> None:
        """Make one attempt at an endpoint as it is now."""
        if job.wish and await self._resending.is_made(job, job.wish):
            return
        wall = wall_now()
        if job.number == 1 and not job.is_fetched:
            # Others have their own time, however late they come.
            job.now = max(job.now, self._clock.anchor.at(wall))
        self._records.expect_writable()
        seen = self._directory.sequence_of(job.owed.endpoint_id)
        trace = _NO_TRACE
        if self._bus.tracing.follows:
            with self._tracing(job):
                tried = await self._trying.send(job.owed, profile, job.now, wall)
                trace = self._bus.tracing.current()
        else:
            tried = await self._trying.send(job.owed, profile, job.now, wall)
        if job.wish:
            self._resending.put(job, job.wish, tried)
        else:
            self._record(job, profile, tried, seen, trace)
        self._hear(lane, job, profile, tried)

    def _record(
        self, job: Job, profile: Profile, tried: Tried, seen: int, trace: Mapping[str, str]
    ) -> None:
        after = self._after(job, profile, tried)
        ordered = profile.subscription.settings.ordering != "none" or bool(job.owed.predecessor)
        new = isinstance(job.state, Owed)
        entry = tried.entry(after, job.trigger, ordered=ordered, new=new)
        self._recorder.put(Ended(job, tried, after, entry, seen, trace))

    def _tracing(self, job: Job) -> AbstractContextManager[None]:
        message, tracing = job.message, self._bus.tracing
        if message is None or job.holding is None:
            return tracing.continuing({})
        return tracing.handling(message.subject, job.holding.durable, message.headers)

    def _after(self, job: Job, profile: Profile, tried: Tried) -> State:
        verdict = tried.verdict
        if verdict.success:  # most are, and need no schedule
            return evolve(job.state, Attempted(job.number, True, tried.ended_at), "none")
        unit = self._policy.unit(job.owed.delivery_id, job.number)
        attempted = Attempted(
            job.number,
            verdict.success,
            tried.ended_at,
            verdict.retry_after,
            stretch(self._policy.jitter, unit),
            verdict.gone,
        )
        return evolve(job.state, attempted, self._policy.retries_of(job.owed, profile))

    def _hear(self, lane: Lane[Job], job: Job, profile: Profile, tried: Tried) -> None:
        """Let the endpoint's lane and breaker know how the attempt ended. The breaker only if the endpoint
        is the same that it was: another URL has another receiver."""
        lane.hear(silence=tried.verdict.silent or tried.verdict.ours)
        known = self._directory.known(profile.id, 0)
        if known and known.profile.renewed != profile.renewed:
            return
        if job.probe:
            lane.breaker = job.probed = probed(job.probe, tried.verdict, tried.ended_at)
            return
        before, is_turning = lane.turning or lane.breaker, lane.turning is not None
        after = heard(before, tried.verdict, tried.ended_at)
        if isinstance(after, Closed) and isinstance(before, Closed) and not is_turning:
            lane.breaker = after
        elif after != before:
            lane.turning = after
            if not is_turning:
                self._insisting.spawn(self._turn(lane, job.whose, tried.ended_at))

    async def _turn(self, lane: Lane[Job], whose: tuple[str, str], now: datetime) -> None:
        """Write that a breaker opens or closes, and what is heard meanwhile; then let the lane know."""
        written: Breaker | None = None
        try:
            while (after := lane.turning) is not None and after is not written:
                await self._write(lane, whose, after, now)
                written = after
        except Unavailable as error:
            log.warning("breaker.not_written", endpoint_id=whose[1], error=str(error))
        finally:
            lane.turning = None
        self._turned(lane)

    async def _write(
        self, lane: Lane[Job], whose: tuple[str, str], after: Breaker, now: datetime
    ) -> None:
        if isinstance(after, Open):
            lane.breaker = await self._breakers.opened(whose, after)
            log.warning("breaker.opened", endpoint_id=whose[1], until=after.until.isoformat())
        else:
            armed = await self._breakers.closed(whose, now)
            lane.breaker = after
            await self._lot.set_timers(armed)
