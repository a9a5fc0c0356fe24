"""The parker: jobs that cannot be attempted now are parked and acknowledged together.

Whatever keeps one from being attempted, an open breaker, a rate limit, a slow lane, mostly keeps many.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import structlog

from telecine.delivery.decider import Parking
from telecine.delivery.insisting import Insisting, Step
from telecine.delivery.job import Job, release
from telecine.delivery.parking import ParkingLot, Wish
from telecine.shared.errors import Unavailable
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

#: Jobs that are parked together, at most.
_MOST = 500
#: Seconds that the first of them waits for more: an endpoint that drowns would take a transaction for a
#: few; and that those wait which come meanwhile, since more will. Who comes after another delivery may
#: go soon, and who is awaited came with others: they wait for nobody.
_LINGER, _LONGER = 0.05, 0.2
#: Jobs of one group that each have a line in the log; of more there is one line.
_LINES = 20


@dataclass(frozen=True, slots=True)
class _Asked:
    """A job that is to be parked, and how."""

    job: Job
    wish: Wish


class Parker:
    """Parks jobs. `ready` goes on with one that there was no reason any more to park (and which that was);
    `lost` follows up one whose delivery has moved on meanwhile."""

    def __init__(
        self,
        bus: Bus,
        lot: ParkingLot,
        insisting: Insisting,
        *,
        ready: Callable[[Parking, Job], Awaitable[None]],
        lost: Step,
    ) -> None:
        self._bus = bus
        self._lot = lot
        self._insisting = insisting
        self._ready = ready
        self._lost = lost
        self._hurried: list[_Asked] = []
        self._others: list[_Asked] = []

    def park(self, job: Job, wish: Wish) -> None:
        """Park a job; its message is acknowledged when that is on record, and its endpoint's timer set."""
        hurries = wish.reason == "ordering" or job.message is None
        waiting = self._hurried if hurries else self._others
        waiting.append(_Asked(job, wish))
        if len(waiting) == 1:
            self._insisting.spawn(self._run(waiting, 0.0 if hurries else _LINGER))

    async def _run(self, waiting: list[_Asked], linger: float) -> None:
        await asyncio.sleep(linger)
        while waiting:  # for as long as something is in there, nobody else runs
            group = waiting[:_MOST]
            await self._park(group)
            del waiting[: len(group)]
            if linger and 0 < len(waiting) < _MOST:  # with none in there, somebody else would run
                await asyncio.sleep(_LONGER)

    async def _park(self, group: list[_Asked]) -> None:
        """Park a group; of one that cannot be parked as a whole, each by itself. If that fails, a job
        begins again after a pause."""
        try:
            answers = await self._lot.park([each.wish for each in group])
            named = list(zip(group, answers, strict=True))
            parked = [each for each, answer in named if answer == "parked"]
            _say(parked)
            await self._bus.ack_all([each.job.message for each in parked if each.job.message])
        except Exception as error:  # noqa: BLE001 - whatever fails here is tried again
            if len(group) > 1 and not isinstance(error, Unavailable):
                for each in group:
                    each.job.doubtful = True  # it may be parked all the same, and sent
                    await self._park([each])
            else:
                for each in group:
                    self._insisting.again(each.job, error)
            return
        release(each.job for each in parked)
        for each, answer in named:
            if answer == "ready":
                self._insisting.begin(each.job, partial(self._ready, each.wish.reason))
            elif answer == "lost":
                self._insisting.begin(each.job, self._lost)


def _say(parked: list[_Asked]) -> None:
    if len(parked) > _LINES:
        reasons = Counter(each.wish.reason for each in parked)
        log.info("deliveries.parked", deliveries=len(parked), reasons=dict(reasons))
        return
    for each in parked:
        owed = each.wish.owed
        log.info(
            "delivery.parked",
            delivery_id=owed.delivery_id,
            endpoint_id=owed.endpoint_id,
            correlation_id=owed.correlation_id,
            reason=each.wish.reason,
        )
