"""A log with its view: what was obeyed is shown before anybody is answered (read your writes)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.errors import BrokenLog
from telecine.shared.events import Fact
from telecine.shared.log.decisions import Obeyed, obey
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog

S = TypeVar("S")
F = TypeVar("F", bound=Fact)


class Shown(Generic[S, F]):
    """Lets a log obey; `show` puts the state after a position into the view."""

    def __init__(self, log: EventLog[S, F], show: Callable[[Any, int], Awaitable[None]]) -> None:
        self.log = log
        self._show = show

    async def obey(
        self,
        org: str,
        aggregate_id: str,
        decide: Callable[[S, datetime], F | Refused | Unchanged],
        *,
        now: datetime,
        trace: Trace,
    ) -> Obeyed[S, F]:
        """Obey as `decisions.obey` does, and answer when the view shows it."""
        obeyed = await obey(self.log, org, aggregate_id, decide, now=now, trace=trace)
        if obeyed.state == self.log.kind.initial:
            raise BrokenLog(f"obeying left no {self.log.kind.name} {aggregate_id}")
        await self._show(obeyed.state, obeyed.sequence)
        return obeyed
