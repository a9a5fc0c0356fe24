"""What follows from attempts on record: they are told, their timers set, their messages acknowledged.

In this order: once a timer fires the chain moves on, and a repetition would be dropped with the news
untold; once a message is acknowledged nobody would come back to it. Each step is done however long
NATS is away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from telecine.delivery.decider import Parked, Postponed, State, resent_of
from telecine.delivery.job import Job, release
from telecine.delivery.parking import ParkingLot
from telecine.delivery.publishing import Publishing, Told, Waiting
from telecine.delivery.records import Entry, Written
from telecine.delivery.trying import Tried
from telecine.shared.errors import surprise
from telecine.shared.tasks import insist
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

#: Attempts of one group that each have a line in the log; of more there is one line.
_LINES = 20


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


class Following:
    """Follows up what is on record; `lost` is told of a job whose number another attempt had taken."""

    def __init__(self, bus: Bus, lot: ParkingLot, *, lost: Callable[[Job], None]) -> None:
        self._bus = bus
        self._lot = lot
        self._lost = lost
        self._publishing = Publishing(bus)

    async def follow(self, group: list[Ended], written: Written) -> None:
        """Follow up attempts that were written together.

        Nothing that nobody expects is overlooked, nor are its messages held for ever: what stands on
        record is followed up from there.
        """
        try:
            await self._follow(group, written)
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
        for each in won:
            if isinstance(each.after, Parked):
                self._lot.counted(each.after.reason)
        await insist(partial(self._tell, won), _not_told)
        await self._lot.set_timers(written.armed)
        await insist(partial(self._acknowledge, won), _not_told)
        release([each.job for each in won])

    async def _acknowledge(self, group: list[Ended]) -> None:
        await self._bus.ack_all([each.job.message for each in group if each.job.message])

    async def _tell(self, group: list[Ended]) -> None:
        told = [
            Told(
                each.tried.owed,
                each.entry.attempt,
                each.seen,
                resent_of(each.after),
                each.trace,
            )
            for each in group
            if each.entry.attempt
        ]
        await self._publishing.tell(told)
        await self._publishing.set_timers(
            Waiting(each.tried.owed, each.after, each.trace)
            for each in group
            if isinstance(each.after, Postponed)
        )


def _not_told(error: Exception) -> None:
    log.warning("attempts.not_told", error=repr(error), exc_info=surprise(error))


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
