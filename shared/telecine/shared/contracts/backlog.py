"""What may be asked of delivery about an endpoint's backlog: what is parked there, and giving it up."""

from datetime import datetime
from typing import Any, ClassVar

from telecine.shared.contracts import Command, Request
from telecine.shared.contracts.delivery import Why
from telecine.shared.events import Wire


class Backlog(Wire):
    """What is parked at an endpoint, and how many `resends` wait there. Times are virtual.

    `by_reason` tells of the oldest 100,000. `next_fetch_at`: when the endpoint's timer fires, which
    fetches what is parked; empty: none is set, since nothing is parked or all of it waits for
    something else. `draining`: it has fired and is being worked on. `open_until`: the breaker lets
    nothing through until then; empty: it is closed.
    """

    endpoint_id: str
    parked: int
    resends: int
    by_reason: dict[Why, int]
    oldest_at: datetime | None
    oldest_age_seconds: float | None
    next_fetch_at: datetime | None
    draining: bool
    open_until: datetime | None


class GetBacklog(Request[Backlog]):
    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "backlog.get"
    reply: ClassVar[type[Any]] = Backlog
    org: str
    endpoint_id: str


class BacklogDiscarded(Wire):
    """How many deliveries were given up, and how many that were asked for are `left`: ask again. `resends`:
    how many of those were forgotten; what they would have sent again stands on record as before."""

    discarded: int
    left: int
    resends: int


class DiscardBacklog(Command[BacklogDiscarded]):
    """Give up what is parked at an endpoint, on record: of events before a virtual moment, or all. So are
    resends that wait there, if they were asked for before it."""

    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "backlog.discard"
    reply: ClassVar[type[Any]] = BacklogDiscarded
    endpoint_id: str
    before: datetime | None = None
