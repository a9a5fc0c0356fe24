"""Lifting: what holds an endpoint's deliveries back goes when its owner has changed what it came of.

A receiver that said 429 with a day's Retry-After, or nothing at all, is not the one behind another URL; who
switches an endpoint on means now; and who raises a rate limit does not mean from the next timer on. Every
copy of delivery hears of such a change, forgets its own breaker, and closes the one on record.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal

import structlog

from telecine.delivery.breakers import Breakers
from telecine.delivery.depot import Depot
from telecine.delivery.worker import Worker
from telecine.shared.aggregates.endpoint import Active, Deleted, Known
from telecine.shared.errors import surprise
from telecine.shared.tasks import Crew, insist

log = structlog.get_logger()

#: Seconds (wall) until an endpoint that is being drained is looked at again.
_LOOK = 0.5

Change = Literal["renewed", "loosened"]


def change_of(before: Known, after: Known) -> Change | None:
    """Answer what a change means for what is parked. Pure.

    `renewed`: nothing that was heard of the endpoint before counts. `loosened`: what is parked may go
    sooner, or ends, so its timer is too late.
    """
    if isinstance(after, Active) and after.profile.renewed != before.profile.renewed:
        return "renewed"
    rates = [each.profile.subscription.settings.rate_limit for each in (before, after)]
    if isinstance(after, Deleted) or rates[0] != rates[1]:
        return "loosened"
    return None


class Lifting:
    """Follows what owners change. What is being drained is seen to when that has ended: who drains may
    have read the endpoint, or its breaker, before the change."""

    def __init__(self, depot: Depot, worker: Worker) -> None:
        self._breakers = Breakers(depot.database)
        self._clock = depot.clock
        self._lot = depot.lot
        self._worker = worker
        self._crew = Crew("lifting")
        depot.directory.on_fact(self._heard)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow while the block lasts."""
        try:
            yield
        finally:
            await self._crew.stop()

    def _heard(self, before: Known, after: Known) -> None:
        change, profile = change_of(before, after), after.profile
        if change == "renewed":
            self._worker.forget_breaker(profile.id)
        if change:
            lift = partial(self._lift, (profile.org, profile.id), renewed=change == "renewed")
            self._crew.spawn(insist(lift, partial(_not_lifted, profile.id)))

    async def _lift(self, whose: tuple[str, str], *, renewed: bool) -> None:
        while True:
            armed = await self._breakers.lifted(whose, self._clock.now(), renewed=renewed)
            if armed is not None:
                return await self._lot.set_timers(armed)
            await asyncio.sleep(_LOOK)


def _not_lifted(endpoint_id: str, error: Exception) -> None:
    log.warning(
        "gate.not_lifted", endpoint_id=endpoint_id, error=repr(error), exc_info=surprise(error)
    )
