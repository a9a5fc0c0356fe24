"""The recorder: attempts that have ended are put on record together, told, and acknowledged, in this order.

An outcome is kept in memory until it is on record, however long the database is away: the webhook was
sent, and is not sent again for our trouble. A crash before that repeats an attempt at worst.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from telecine.delivery.decider import Postponed, State
from telecine.delivery.job import Job, release
from telecine.delivery.parking import ParkingLot
from telecine.delivery.publishing import Publishing, Told, Waiting
from telecine.delivery.records import Entry, Records, Written
from telecine.delivery.trying import Tried
from telecine.shared.errors import Unavailable
from telecine.shared.tasks import alongside
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

#: Attempts that are put on record together, at most.
_MOST = 500
#: Seconds that the first waits for others, unless there are enough: a transaction costs as much as fifty
#: rows, and nobody waits for it but the acknowledgement.
_LINGER, _ENOUGH = 0.01, 250
#: Attempts of one group that each have a line in the log; of more there is one line.
_LINES = 20
_PAUSE_FIRST, _PAUSE_MOST = 0.05, 2.0


@dataclass(slots=True, eq=False)
class Ended:
    """An attempt that has ended, and the state that it leads to. `seen`: the endpoint's last fact that
    was known then; `trace`: the context of the trace that it belongs to."""

    job: Job
    tried: Tried
    after: State
    entry: Entry
    seen: int
    trace: Mapping[str, str]


class Recorder:
    """Takes what has ended; `lost` is told of a job whose number another attempt had taken."""

    def __init__(
        self,
        bus: Bus,
        records: Records,
        lot: ParkingLot,
        *,
        lost: Callable[[Job], None],
    ) -> None:
        self._bus = bus
        self._records = records
        self._lot = lot
        self._lost = lost
        self._publishing = Publishing(bus)
        self._waiting: list[Ended] = []
        self._wake = asyncio.Event()
        self._writers = asyncio.Semaphore(records.writers)
        self._quiet = asyncio.Event()
        self._following: set[asyncio.Future[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Record while the block lasts."""
        async with alongside("recorder", self._run()):
            try:
                yield
            finally:
                for task in self._following:
                    task.cancel()
                await asyncio.gather(*self._following, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until everything that has ended is acknowledged."""
        while self._waiting or self._following:
            self._quiet.clear()
            await self._quiet.wait()

    def put(self, ended: Ended) -> None:
        """Take an attempt that has ended."""
        self._waiting.append(ended)
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                if len(self._waiting) < _ENOUGH:
                    await asyncio.sleep(_LINGER)
                await self._writers.acquire()
                group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                self._spawn(group, self._record(group))

    async def _record(self, group: list[Ended]) -> None:
        """Write a group; of one that cannot be written as a whole, each by itself."""
        try:
            written = await self._records.write([each.entry for each in group])
        except Exception as error:
            surprising = not isinstance(error, Unavailable)
            log.warning(
                "attempts.not_recorded",
                attempts=len(group),
                error=repr(error),
                exc_info=surprising,
            )
            for each in group:
                self._spawn([each], self._record_again(each))
        else:
            self._spawn(group, self._follow(group, written))
        finally:
            self._writers.release()

    async def _record_again(self, ended: Ended) -> None:
        """Write one, which may be on record already: nobody can tell when a commit was cut off."""
        pause = _PAUSE_FIRST
        while True:
            await asyncio.sleep(pause)
            try:
                if await self._records.stands(ended.entry):
                    await self._lot.remind(ended.tried.owed.endpoint_id)
                    written = Written([True], [])
                else:
                    written = await self._records.write([ended.entry])
            except Exception as error:
                surprising = not isinstance(error, Unavailable)
                log.warning("attempts.not_recorded", error=repr(error), exc_info=surprising)
                pause = min(2 * pause, _PAUSE_MOST)
            else:
                await self._follow([ended], written)
                return

    def _spawn(self, group: list[Ended], work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._survive(group, work))
        self._following.add(task)
        task.add_done_callback(self._followed)

    def _followed(self, task: asyncio.Future[None]) -> None:
        self._following.discard(task)
        self._quiet.set()

    async def _survive(self, group: list[Ended], work: Awaitable[None]) -> None:
        """Let nothing that nobody expects be overlooked, nor its messages be held for ever: what stands on
        record is followed up from there."""
        try:
            await work
        except Exception as error:
            log.exception("attempts.not_followed", attempts=len(group), error=repr(error))
            for each in group:
                self._lost(each.job)

    async def _follow(self, group: list[Ended], written: Written) -> None:
        won: list[Ended] = []
        for each, good in zip(group, written.won, strict=True):
            if good:
                won.append(each)
            else:
                self._lost(each.job)
        _say(won)
        await _insist(lambda: self._tell(won))
        await self._lot.set_timers(written.armed)
        await _insist(lambda: self._acknowledge(won))
        release([each.job for each in won])

    async def _acknowledge(self, group: list[Ended]) -> None:
        await self._bus.ack_all([each.job.message for each in group if each.job.message])

    async def _tell(self, group: list[Ended]) -> None:
        """Tell of the attempts, then set the timers of those that wait.

        In this order: once the timer fires the chain moves on, and a repetition of this would be
        dropped with the news untold.
        """
        told = [
            Told(each.tried.owed, each.entry.attempt, each.seen, each.trace)
            for each in group
            if each.entry.attempt
        ]
        await self._publishing.tell(told)
        await self._publishing.set_timers(
            Waiting(each.tried.owed, each.after, each.trace)
            for each in group
            if isinstance(each.after, Postponed)
        )


async def _insist(work: Callable[[], Awaitable[None]]) -> None:
    """Do something until it has been done; repeating it must change nothing."""
    pause = _PAUSE_FIRST
    while True:
        try:
            await work()
        except Exception as error:
            surprising = not isinstance(error, Unavailable)
            log.warning("attempts.not_told", error=repr(error), exc_info=surprising)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _PAUSE_MOST)
        else:
            return


def _say(group: list[Ended]) -> None:
    if len(group) > _LINES:
        good = sum(each.tried.verdict.success for each in group)
        log.info("attempts.recorded", succeeded=good, failed=len(group) - good)
    for each in (
        group if len(group) <= _LINES else [e for e in group if not e.tried.verdict.success]
    ):
        owed, outcome = each.tried.owed, each.tried.outcome
        log.info(
            "attempt.succeeded" if outcome.success else "attempt.failed",
            correlation_id=owed.correlation_id,
            delivery_id=owed.delivery_id,
            endpoint_id=owed.endpoint_id,
            type=owed.event_type,
            number=each.job.number,
            trigger=each.job.trigger,
            status=outcome.status,
            error=outcome.error,
            state=each.after.kind,
        )
