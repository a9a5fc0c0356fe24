"""The delivery worker: what is owed and what is due again goes into its endpoint's lane, or is parked.

The way of a message: intake, (its row, if it may have been worked on before), its endpoint, its lane,
the attempt, the recorder, the acknowledgement; in this order. A crash between any two of these repeats
an attempt at worst, and never forks a chain of retries. Idempotent by (delivery, attempt number).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from datetime import datetime
from time import monotonic
from typing import Any

import structlog
from nats.aio.msg import Msg

from telecine.delivery.admission import Admission
from telecine.delivery.attempt import Trigger, delivery_row
from telecine.delivery.breaker import Breaker, Closed, Open, heard, probed
from telecine.delivery.breakers import Breakers
from telecine.delivery.decider import (
    Advice,
    Arrived,
    Attempted,
    Discard,
    Owed,
    Parking,
    Postponed,
    State,
    evolve,
    guard,
    needs_record,
)
from telecine.delivery.directory import Directory
from telecine.delivery.job import Job
from telecine.delivery.lanes import Lane, Lanes
from telecine.delivery.parking import ParkingLot, Wish
from telecine.delivery.policy import Policy
from telecine.delivery.publishing import Publishing, Told, Waiting
from telecine.delivery.recorder import Ended, Recorder, release
from telecine.delivery.records import ENDED, Entry, Records, owed_of, state_of
from telecine.delivery.schedule import stretch
from telecine.delivery.tables import DeliveryRow
from telecine.delivery.trying import Tried, Trying
from telecine.shared import owed as owing
from telecine.shared import pull
from telecine.shared.bus import Bus
from telecine.shared.database import Database
from telecine.shared.endpoint import Active, Deleted, Profile
from telecine.shared.errors import BrokenMessage, Unavailable
from telecine.shared.holding import Holding
from telecine.shared.logging import correlation
from telecine.shared.tasks import alongside
from telecine.shared.timers import Fired, parse_fired
from telecine.shared.virtual_time import VirtualClock

log = structlog.get_logger()

Step = Callable[[Job], Awaitable[None]]

_PAUSE_FIRST, _PAUSE_MOST = 0.05, 2.0
#: Seconds between two looks for lanes that are slow.
_LOOK = 0.1


class Worker:
    """One copy of delivery at work. `slots` is how many attempts it makes side by side."""

    def __init__(
        self,
        bus: Bus,
        clock: VirtualClock,
        *,
        trying: Trying,
        records: Records,
        directory: Directory,
        database: Database,
        lot: ParkingLot,
        policy: Policy,
        slots: int,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._trying = trying
        self._records = records
        self._directory = directory
        self._lot = lot
        self._policy = policy
        self._publishing = Publishing(bus)
        self._breakers = Breakers(database)
        self._recorder = Recorder(bus, records, lot, lost=self._lost)
        self._lanes: Lanes[Job] = Lanes(slots, self._work, now=monotonic)
        self._admission = Admission(
            database, clock.now, admit=self.enter, refuse=self._refused, again=self._again
        )
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the block lasts."""
        async with self._recorder.running(), alongside("slow lanes", self._look()):
            try:
                yield
            finally:
                await self._lanes.stop()
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def finish(self) -> None:
        """Begin nothing new, and wait a moment for what was begun: an attempt cut off here would be
        made again by whoever comes next."""
        self._lanes.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(pull.GRACE):
                await self._lanes.settled()
                await self._recorder.settled()

    # -- what comes --------------------------------------------------------------------------------

    def requested(self, message: Msg, holding: Holding) -> None:
        """Take what is owed: its first attempt is to be made."""
        try:
            owed = owing.parse_owed(message.subject, message.headers or {}, message.data)
        except BrokenMessage as error:
            self._spawn(self._give_up(message, holding, error))
            return
        job = Job(owed, 1, owed.trigger, owed.at, message=message, holding=holding)
        if needs_record(Arrived(1, self._bus.redelivered(message))):
            self._begin(job, self._from_record)
        else:
            self.admit(job)

    async def make(self, owed: owing.Owed) -> None:
        """Make the first attempt of what is owed; returns when that, or its parking, is on record.

        Raises Unavailable if nobody can say that it is.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.admit(Job(owed, 1, owed.trigger, owed.at, done=done))
        await done

    def due(self, message: Msg, holding: Holding) -> None:
        """Take a delivery whose time has come; the timer's due time is now."""
        try:
            fired = parse_fired(message)
        except BrokenMessage as error:
            self._spawn(self._give_up(message, holding, error))
            return
        self._spawn(self._due(fired, message, holding))

    async def _due(self, fired: Fired, message: Msg, holding: Holding) -> None:
        row = await self._row_of(fired.key)
        if row is None:
            log.error("delivery.unknown", delivery_id=fired.key, number=fired.generation)
            await self._bus.ack(message)
            holding.done(message)
            return
        owed, number = owed_of(row), fired.generation
        trigger: Trigger = owed.trigger if number == 1 else "retry"
        job = Job(owed, number, trigger, fired.due, message=message, holding=holding)
        await self._insist(job, self._from_record)

    async def _row_of(self, delivery_id: str) -> DeliveryRow | None:
        while True:
            try:
                return await self._records.get(delivery_id)
            except Exception as error:  # noqa: BLE001 - whatever fails here is tried again
                _say_again(delivery_id, error)
                await asyncio.sleep(_PAUSE_MOST / 4)

    async def _from_record(self, job: Job) -> None:
        """Hold a message that may have been worked on before against the record."""
        row = await self._records.get(job.delivery_id)
        if row:
            job.state = state_of(row)
        arrived = Arrived(job.number, self._redelivered(job))
        if guard(job.state, arrived) == Advice.TRY:
            await self._admit_slowly(job)
        else:
            await self._follow_up(job, arrived)

    def _redelivered(self, job: Job) -> bool:
        return job.message is not None and self._bus.redelivered(job.message)

    # -- into a lane, or parked ----------------------------------------------------------------------

    def admit(self, job: Job) -> None:
        """Let a job into its endpoint's lane: at once if nothing has to be asked first."""
        endpoint = self._directory.known(job.owed.endpoint_id, job.owed.endpoint_sequence)
        if isinstance(endpoint, Active) and (job.cleared or not job.owed.predecessor):
            self._admit_to(endpoint.profile, job)
        else:
            self._begin(job, self._admit_slowly)

    async def _admit_slowly(self, job: Job) -> None:
        endpoint = await self._directory.find(job.owed.endpoint_id, job.owed.endpoint_sequence)
        if not isinstance(endpoint, Active):
            await self._set_aside(job, deleted=isinstance(endpoint, Deleted))
        elif _comes_after(job, endpoint.profile):
            await self._park(job, "ordering", job.now)
        else:
            self._admit_to(endpoint.profile, job)

    def _admit_to(self, profile: Profile, job: Job) -> None:
        rate = profile.subscription.settings.rate_limit
        if rate is None:
            self.enter(job)
        else:
            self._admission.ask(job, rate)

    def enter(self, job: Job) -> None:
        """Put a job into its lane, unless the endpoint's breaker is open or its lane is slow."""
        lane = self._lane_of(job.owed.endpoint_id)
        if isinstance(lane.breaker, Open) and job.probe is None and _waits(lane.breaker, job):
            self._begin(job, self._held_back)
        elif lane.slow and len(lane.waiting) >= lane.cap and job.message:
            self._begin(job, self._crowded_out)
        else:
            self._lanes.put(lane, job)

    def breaker_of(self, endpoint_id: str) -> Breaker:
        """Answer an endpoint's breaker, as this worker knows it."""
        return self._lane_of(endpoint_id).breaker

    def _lane_of(self, endpoint_id: str) -> Lane[Job]:
        endpoint = self._directory.known(endpoint_id, 0)
        cap = self._policy.cap_of(endpoint.profile) if endpoint else 1
        return self._lanes.of(endpoint_id, cap)

    async def _held_back(self, job: Job) -> None:
        breaker = self._lane_of(job.owed.endpoint_id).breaker
        if not isinstance(breaker, Open):
            self.enter(job)
        elif job.message is None:
            job.finish()  # it is parked still
        else:
            await self._park(job, breaker.reason, breaker.until, unless_closed=True)

    async def _crowded_out(self, job: Job) -> None:
        await self._park(job, "in_flight", job.now)

    def _refused(self, job: Job, free_at: datetime) -> None:
        async def park(job: Job) -> None:
            await self._park(job, "rate_limit", free_at)

        self._begin(job, park)

    async def _park(
        self, job: Job, reason: Parking, due: datetime, *, unless_closed: bool = False
    ) -> None:
        wish = Wish(job.owed, job.state, reason, job.now, due, unless_closed)
        match await self._lot.park(wish):
            case "parked":
                log.info(
                    "delivery.parked",
                    delivery_id=job.owed.delivery_id,
                    endpoint_id=job.owed.endpoint_id,
                    correlation_id=job.owed.correlation_id,
                    reason=reason,
                )
                await self._done(job)
            case "lost":
                await self._follow_up_lost(job)
            case "ready" if reason == "ordering":
                job.cleared = True
                self.admit(job)
            case "ready":
                lane = self._lane_of(job.owed.endpoint_id)
                if not lane.turning:
                    lane.breaker = Closed()
                self._lanes.put(lane, job)

    async def _set_aside(self, job: Job, *, deleted: bool) -> None:
        """The endpoint is not to be sent to: hold what is owed until it is, or give it up."""
        if not deleted and job.owed.trigger != "test":
            await self._park(job, "disabled", job.now)
            return
        why = "endpoint_deleted" if deleted else "endpoint_inactive"
        after = evolve(job.state, Discard(why), "none")
        entry = Entry(delivery_row(job.owed, after, job.now, None), None, ordered=True)
        written = await self._records.write([entry])
        await self._lot.set_timers(written.armed)
        if written.won[0]:
            log.info("delivery.discarded", why=why, delivery_id=job.owed.delivery_id)
            await self._done(job)
        else:
            await self._follow_up_lost(job)

    # -- the attempt ---------------------------------------------------------------------------------

    async def _work(self, lane: Lane[Job], job: Job) -> None:
        try:
            endpoint = self._directory.known(job.owed.endpoint_id, 0)
            if isinstance(endpoint, Active):
                await self._attempt(lane, job, endpoint.profile)
            else:
                self._begin(job, self._admit_slowly)
        except Exception as error:  # noqa: BLE001 - whatever fails here is tried again
            self._again(job, error)

    async def _attempt(self, lane: Lane[Job], job: Job, profile: Profile) -> None:
        if job.number == 1 and job.message:  # others have their own time, however late they come
            job.now = max(job.now, self._clock.now())
        self._records.expect_writable()
        seen = self._directory.sequence_of(job.owed.endpoint_id)
        with self._tracing(job):
            tried = await self._trying.send(job.owed, profile, job.now)
            trace = self._bus.tracing.current()
        after = self._after(job, profile, tried)
        ordered = profile.subscription.settings.ordering != "none" or bool(job.owed.predecessor)
        entry = tried.entry(after, job.trigger, ordered=ordered)
        self._recorder.put(Ended(job, tried, after, entry, seen, trace))
        self._hear(lane, job, tried)

    def _tracing(self, job: Job) -> AbstractContextManager[None]:
        message, tracing = job.message, self._bus.tracing
        if message is None or job.holding is None:
            return tracing.continuing({})
        return tracing.handling(message.subject, job.holding.durable, message.headers)

    def _after(self, job: Job, profile: Profile, tried: Tried) -> State:
        verdict = tried.verdict
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

    def _hear(self, lane: Lane[Job], job: Job, tried: Tried) -> None:
        """Let the endpoint's breaker know how the attempt ended."""
        if job.probe:
            lane.breaker = probed(job.probe, tried.verdict, tried.ended_at)
            return
        after = heard(lane.breaker, tried.verdict, tried.ended_at)
        if isinstance(after, Closed) and isinstance(lane.breaker, Closed):
            lane.breaker = after
        elif after != lane.breaker and not lane.turning:
            lane.turning = True
            self._spawn(self._turn(lane, job.whose, after, tried.ended_at))

    async def _turn(
        self, lane: Lane[Job], whose: tuple[str, str], after: Breaker, now: datetime
    ) -> None:
        """Write that a breaker opens or closes, then let the lane know."""
        try:
            if isinstance(after, Open):
                lane.breaker = await self._breakers.opened(whose, after)
                log.warning("breaker.opened", endpoint_id=whose[1], until=after.until.isoformat())
            else:
                armed = await self._breakers.closed(whose, after, now)
                lane.breaker = after
                await self._lot.set_timers(armed)
        except Unavailable as error:
            log.warning("breaker.not_written", endpoint_id=whose[1], error=str(error))
        finally:
            lane.turning = False
        for job in self._lanes.emptied(lane):
            self.enter(job)

    # -- what follows -------------------------------------------------------------------------------

    async def _follow_up(self, job: Job, arrived: Arrived) -> None:
        """See that what follows from what is on record is published; there is no HTTP here."""
        owed, state = job.owed, job.state
        match guard(state, arrived):
            case Advice.REPUBLISH:
                made = await self._records.attempt(owed.delivery_id, arrived.number)
                await self._publishing.tell([Told(owed, made, owed.endpoint_sequence)])
                await self._see_to(owed, state)
            case Advice.FETCH:
                await self._lot.remind(owed.endpoint_id)
            case _ if earlier := await self._before_resends(job, arrived):
                await self._publishing.tell([Told(owed, earlier, owed.endpoint_sequence)])
                await self._see_to(owed, state)
            case _:
                log.info("delivery.dropped", number=arrived.number, state=state.kind)
        await self._done(job)

    async def _see_to(self, owed: owing.Owed, state: State) -> None:
        """Set the timers that somebody may not have lived to set."""
        if isinstance(state, Postponed):
            await self._publishing.set_timers([Waiting(owed, state)])
        elif state.kind in ENDED or state.kind == "parked":
            await self._lot.remind(owed.endpoint_id)

    async def _before_resends(self, job: Job, arrived: Arrived) -> Mapping[str, Any] | None:
        """Answer the attempt of a message that was cut short, if only resends came after it.

        They moved the delivery on from under it, so the guard does not know it for the last one.
        """
        if not (arrived.redelivered and arrived.number < job.state.next - 1):
            return None
        last = await self._records.last_of_chain(job.owed.delivery_id)
        return last if last and last["number"] == arrived.number else None

    def _lost(self, job: Job) -> None:
        """Another attempt has taken a job's number."""
        self._begin(job, self._follow_up_lost)

    async def _follow_up_lost(self, job: Job) -> None:
        """The winner may die before it has published what follows, and once this message is
        acknowledged nobody else would."""
        row = await self._records.get(job.owed.delivery_id)
        job.state = state_of(row)
        await self._follow_up(job, Arrived(job.number, redelivered=True))

    async def _done(self, job: Job) -> None:
        if job.message:
            await self._bus.ack(job.message)
        release(job)

    # -- tasks --------------------------------------------------------------------------------------

    def _begin(self, job: Job, step: Step) -> None:
        """Take a step with a job that has to wait for something."""
        self._spawn(self._insist(job, step))

    async def _insist(self, job: Job, step: Step) -> None:
        with correlation(job.owed.correlation_id, delivery_id=job.delivery_id):
            try:
                await step(job)
            except BrokenMessage as error:
                if job.message and job.holding:
                    await self._give_up(job.message, job.holding, error)
            except Exception as error:  # noqa: BLE001 - whatever fails here is tried again
                self._again(job, error)

    def _again(self, job: Job, error: Exception) -> None:
        """Try a job again from its start, after a pause that grows."""
        _say_again(job.delivery_id, error)
        pause = min(_PAUSE_FIRST * 2 ** min(job.tries, 10), _PAUSE_MOST)
        job.tries += 1
        if job.message:
            self._bus.failed(job.message)
        self._spawn(self._later(job, pause))

    async def _later(self, job: Job, pause: float) -> None:
        await asyncio.sleep(pause)
        if job.message is None:
            job.finish()  # it is parked still, and will be fetched again
        else:
            self._begin(job, self._from_record)

    async def _give_up(self, message: Msg, holding: Holding, error: BrokenMessage) -> None:
        log.error("message.broken", subject=message.subject, error=str(error))
        await self._bus.give_up(message)
        holding.done(message)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self) -> None:
        """Park what waits in slow lanes: it keeps the messages of others from being taken."""
        while True:
            await asyncio.sleep(_LOOK)
            for job in list(self._lanes.surplus()):
                if job.message:
                    self._begin(job, self._crowded_out)
                else:
                    job.finish()


def _say_again(delivery_id: str, error: Exception) -> None:
    if isinstance(
        error, Unavailable
    ):  # an outage is told once, and not by all that wait for its end
        log.debug("message.retried", delivery_id=delivery_id, error=repr(error))
    else:
        log.warning("message.retried", delivery_id=delivery_id, error=repr(error), exc_info=error)


def _comes_after(job: Job, profile: Profile) -> bool:
    """Whether a delivery must wait for another one's end, as far as its message tells."""
    ordered = profile.subscription.settings.ordering != "none"
    waits = isinstance(job.state, Owed) and job.owed.predecessor is not None
    return ordered and waits and not job.cleared


def _waits(breaker: Open, job: Job) -> bool:
    """Whether an open breaker holds a job back: a retry keeps its time, unless the receiver itself has
    asked for less."""
    return breaker.reason == "rate_limit" or job.number == 1
