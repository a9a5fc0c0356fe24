"""Who wants what: the active endpoints of each organisation by event type, kept until one changes.

Asked for each group of facts: a look at what changes with every endpoint costs less than all of them,
and misses nobody who was answered, whichever copy answered.
"""

from telecine.platforms.pack import Fidelity
from telecine.shared.aggregates.endpoint import Active
from telecine.subscriptions.view import EndpointView, Mark
from telecine.subscriptions.wanting import wants

#: An endpoint, and the position of its last fact.
Listener = tuple[Active, int]


class Listeners:
    """The active endpoints of one organisation, oldest first, as they were at a mark."""

    def __init__(self, mark: Mark, everybody: list[Listener], fidelity: Fidelity) -> None:
        self.mark = mark
        self.everybody = everybody
        self.by_id = {active.profile.id: active for active, _ in everybody}
        self._fidelity = fidelity
        self._of_type: dict[str, list[Listener]] = {}

    def of(self, event_type: str) -> list[Listener]:
        """Answer those that are owed events of a type."""
        if event_type not in self._of_type:
            self._of_type[event_type] = [
                each for each in self.everybody if wants(each[0], event_type, self._fidelity)
            ]
        return self._of_type[event_type]


class Audience:
    """The endpoints of every organisation that was asked for."""

    def __init__(self, view: EndpointView, fidelity: Fidelity) -> None:
        self._view = view
        self._fidelity = fidelity
        self._known: dict[str, Listeners] = {}

    async def of(self, org: str) -> Listeners:
        """Answer an organisation's endpoints as they are now."""
        mark = await self._view.mark(org)
        known = self._known.get(org)
        if known is None or known.mark != mark:
            known = Listeners(mark, await self._view.active(org), self._fidelity)
            self._known[org] = known
        return known
