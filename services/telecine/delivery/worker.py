"""The delivery worker: messages of what is owed and what is due again become jobs, and are followed up.

The way of a message: intake, (its row, if it may have been worked on before), its endpoint, its lane,
the attempt, the recorder, the acknowledgement; in this order. A crash between any two of these repeats
an attempt at worst, and never forks a chain of retries. Idempotent by (delivery, attempt number).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog
from nats.aio.msg import Msg

from telecine.delivery.attempt import Trigger
from telecine.delivery.breaker import CLOSED, Breaker
from telecine.delivery.breakers import Breakers
from telecine.delivery.decider import Advice, Arrived, Postponed, State, guard, needs_record
from telecine.delivery.depot import Depot
from telecine.delivery.dispatch import Dispatch
from telecine.delivery.following import Following
from telecine.delivery.insisting import Insisting, say_again
from telecine.delivery.job import Job
from telecine.delivery.lanes import Lane
from telecine.delivery.making import Making
from telecine.delivery.publishing import Publishing, Told, Waiting
from telecine.delivery.recorder import Recorder
from telecine.delivery.resending import Resending
from telecine.delivery.rows import AttemptValues
from telecine.delivery.standing import ENDED, owed_of, state_of
from telecine.delivery.tables import DeliveryRow
from telecine.shared.errors import BrokenMessage
from telecine.shared.sending.owed import Owed, read_owed
from telecine.shared.tasks import insist
from telecine.shared.time.timers import Fired, parse_fired
from telecine.shared.wire import pull
from telecine.shared.wire.holding import Holding

log = structlog.get_logger()


class Worker:
    """One copy of delivery at work. `slots` is how many attempts it makes side by side."""

    def __init__(self, depot: Depot, *, slots: int) -> None:
        self._bus = depot.bus
        self._records = depot.records
        self._lot = depot.lot
        self._publishing = Publishing(depot.bus)
        self._insisting = Insisting(depot.bus, self._from_record)
        following = Following(depot.bus, depot.lot, lost=self._lost)
        self._recorder = Recorder(depot.records, depot.lot, following)
        self._resending = Resending(depot)
        self._making = Making(
            depot.bus,
            depot.clock,
            trying=depot.trying,
            records=depot.records,
            directory=depot.directory,
            breakers=Breakers(depot.database),
            lot=depot.lot,
            policy=depot.policy,
            recorder=self._recorder,
            insisting=self._insisting,
            resending=self._resending,
            turned=self._turned,
        )
        self._dispatch = Dispatch(
            depot.bus,
            depot.clock,
            records=depot.records,
            directory=depot.directory,
            database=depot.database,
            lot=depot.lot,
            policy=depot.policy,
            insisting=self._insisting,
            attempt=self._making.attempt,
            lost=self._follow_up_lost,
            slots=slots,
        )

    def _turned(self, lane: Lane[Job]) -> None:
        self._dispatch.turned(lane)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the block lasts."""
        async with self._recorder.running(), self._dispatch.running():
            try:
                yield
            finally:
                await self._insisting.stop()
                await self._resending.stop()

    async def finish(self) -> None:
        """Begin nothing new, and wait a moment for what was begun: an attempt cut off here would be
        made again by whoever comes next."""
        self._dispatch.lanes.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(pull.GRACE):
                await self._dispatch.lanes.settled()
                await self._recorder.settled()

    def enter(self, job: Job) -> None:
        """Put a job that was fetched into its lane."""
        self._dispatch.enter(job)

    def breaker_of(self, endpoint_id: str) -> Breaker:
        """Answer an endpoint's breaker, as this worker knows it."""
        return self._dispatch.breaker_of(endpoint_id)

    def forget_breaker(self, endpoint_id: str) -> None:
        """Take an endpoint's breaker for closed: what it came of is no more."""
        lane = self._dispatch.lanes.known(endpoint_id)
        if lane and lane.turning:
            lane.turning = CLOSED  # who is writing another one writes this behind it
        elif lane:
            lane.breaker = CLOSED

    def window_of(self, endpoint_id: str) -> int:
        """Answer how many attempts at an endpoint this worker would have under way now."""
        return self._dispatch.window_of(endpoint_id)

    def is_stuck(self, endpoint_id: str) -> bool:
        """Whether nothing more can be sent to an endpoint for now: nobody answers what is under way."""
        return self._dispatch.is_stuck(endpoint_id)

    async def see_to(self, row: DeliveryRow) -> None:
        """Publish once more what follows from the last attempt of a delivery."""
        owed = owed_of(row)
        last = await self._records.last_of_chain(row.id)
        if last:
            await self._tell_again(owed, last)
        await self._see_to(owed, state_of(row))

    # -- what comes --------------------------------------------------------------------------------

    def requested(self, message: Msg, holding: Holding) -> None:
        """Take what is owed: its first attempt is to be made."""
        try:
            owed = read_owed(message)
        except BrokenMessage as error:
            self._insisting.spawn(self._insisting.give_up(message, holding, error))
            return
        since = self._bus.connected_at
        job = Job(owed, 1, owed.trigger, owed.at, message=message, holding=holding, since=since)
        if needs_record(Arrived(1, self._redelivered(job))):
            self._insisting.begin(job, self._from_record)
        else:
            self._dispatch.admit(job)

    async def hold(self, owed: Owed) -> None:
        """Park what a replay brings; returns when that is on record."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._dispatch.hold(Job(owed, 1, owed.trigger, owed.at, done=done))
        await done

    def due(self, message: Msg, holding: Holding) -> None:
        """Take a delivery whose time has come; the timer's due time is now."""
        try:
            fired = parse_fired(message)
        except BrokenMessage as error:
            self._insisting.spawn(self._insisting.give_up(message, holding, error))
        else:
            self._insisting.spawn(self._due(fired, message, holding))

    async def _due(self, fired: Fired, message: Msg, holding: Holding) -> None:
        row = await insist(partial(self._records.get, fired.key), partial(say_again, fired.key))
        if row is None:
            log.error("delivery.unknown", delivery_id=fired.key, number=fired.generation)
            await self._bus.ack(message)
            holding.done(message)
            return
        owed, number = owed_of(row), fired.generation
        trigger: Trigger = owed.trigger if number == 1 else "retry"
        since = self._bus.connected_at
        job = Job(owed, number, trigger, fired.due, message=message, holding=holding, since=since)
        await self._insisting.insist(job, self._from_record)

    async def _from_record(self, job: Job) -> None:
        """Hold a message that may have been worked on before against the record."""
        row = await self._records.get(job.delivery_id)
        if row:
            job.state = state_of(row)
        job.doubtful = job.doubtful or self._redelivered(job)
        arrived = Arrived(job.number, job.doubtful)
        if guard(job.state, arrived) == Advice.TRY:
            await self._dispatch.admit_slowly(job)
        else:
            await self._follow_up(job, arrived)

    def _redelivered(self, job: Job) -> bool:
        if job.message is None:
            return False
        return job.owed.again or self._bus.redelivered(job.message)

    # -- what follows -------------------------------------------------------------------------------

    async def _follow_up(self, job: Job, arrived: Arrived) -> None:
        """See that what follows from what is on record is published; there is no HTTP here."""
        owed, state = job.owed, job.state
        match guard(state, arrived):
            case Advice.REPUBLISH:
                made = await self._records.attempt(owed.delivery_id, arrived.number)
                await self._tell_again(owed, made)
                await self._see_to(owed, state)
            case Advice.FETCH:
                await self._lot.remind(owed.endpoint_id)
            case _ if earlier := await self._before_resends(job, arrived):
                await self._tell_again(owed, earlier)
                await self._see_to(owed, state)
            case _:
                log.info("delivery.dropped", number=arrived.number, state=state.kind)
        await self._insisting.done(job)

    async def _tell_again(self, owed: Owed, made: AttemptValues) -> None:
        resent = await self._records.resent_before(owed.delivery_id, made.number)
        await self._publishing.tell([Told(owed, made, owed.endpoint_sequence, resent)])

    async def _see_to(self, owed: Owed, state: State) -> None:
        """Set the timers that somebody may not have lived to set."""
        if isinstance(state, Postponed):
            await self._publishing.set_timers([Waiting(owed, state)])
        elif state.kind in ENDED or state.kind == "parked":
            await self._lot.remind(owed.endpoint_id)

    async def _before_resends(self, job: Job, arrived: Arrived) -> AttemptValues | None:
        """Answer the attempt of a message that was cut short, if only resends came after it.

        They moved the delivery on from under it, so the guard does not know it for the last one.
        """
        if not (arrived.redelivered and arrived.number < job.state.next - 1):
            return None
        last = await self._records.last_of_chain(job.owed.delivery_id)
        return last if last and last.number == arrived.number else None

    def _lost(self, job: Job) -> None:
        """Another attempt has taken a job's number."""
        self._insisting.begin(job, self._follow_up_lost)

    async def _follow_up_lost(self, job: Job) -> None:
        """The winner may die before it has published what follows, and once this message is
        acknowledged nobody else would."""
        row = await self._records.get(job.owed.delivery_id)
        job.state = state_of(row)
        await self._follow_up(job, Arrived(job.number, redelivered=True))
