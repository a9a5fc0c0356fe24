"""Letting an endpoint's log obey, and showing the result before anybody is told of it."""

from datetime import datetime

from telecine.shared.aggregates.endpoint import Absent, Endpoint
from telecine.shared.errors import BrokenLog
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.log.decisions import Obeyed, obey
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.subscriptions.decider import Command, decide
from telecine.subscriptions.view import EndpointView


class Obeying:
    """Wishes about endpoints, whoever has them; idempotent as `decide` says of each."""

    def __init__(self, log: EventLog[Endpoint, EndpointFact], view: EndpointView) -> None:
        self._log = log
        self._view = view

    async def obey(
        self, org: str, endpoint_id: str, wish: Command, *, now: datetime, trace: Trace
    ) -> Endpoint:
        """Answer the endpoint after a wish; matching and lists can see it by then. `now` is virtual.

        Raises Refusal, Conflict or Unavailable.
        """
        obeyed: Obeyed[Endpoint, EndpointFact] = await obey(
            self._log,
            org,
            endpoint_id,
            lambda state, at: decide(state, wish, at),
            now=now,
            trace=trace,
        )
        if isinstance(obeyed.state, Absent):
            raise BrokenLog(f"{wish} was obeyed and left no endpoint {endpoint_id}")
        await self._view.put(obeyed.state, obeyed.sequence)
        return obeyed.state

    async def version_at(self, org: str, endpoint_id: str, sequence: int) -> int:
        """Answer which version an endpoint had when the log had come as far as `sequence`."""
        loaded = await self._log.load(org, endpoint_id)
        if loaded.sequence <= sequence:
            return loaded.version
        filter_ = self._log.kind.filter(org, endpoint_id)
        later = await self._log.page(filter_, after=sequence, limit=1)
        return later[0].version - 1
