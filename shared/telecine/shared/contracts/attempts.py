"""What may be asked of delivery about attempts: a search through all of them."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from telecine.shared.contracts import PAGE, Request
from telecine.shared.contracts.delivery import Attempt, ErrorClass, Trigger
from telecine.shared.events import Wire


class FoundAttempt(Attempt):
    """An attempt with what it belongs to. `id` grows with each attempt that is recorded."""

    id: int
    delivery_id: str
    endpoint_id: str
    event_type: str
    video_id: str | None


class AttemptPage(Wire):
    """Newest first; `cursor` continues behind the last one looked at, empty at the end."""

    attempts: list[FoundAttempt]
    cursor: str | None


class Statuses(Wire):
    """Statuses from one to another, both included; none at all: no answer came."""

    least: int | None
    most: int | None


class SearchAttempts(Request[AttemptPage]):
    """Attempts that are all of this. `since` (included) and `until` (excluded) are virtual moments of
    their beginnings; error `any`: whatever failed."""

    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "attempts.search"
    reply: ClassVar[type[Any]] = AttemptPage
    org: str
    endpoint_id: str | None = None
    video_id: str | None = None
    delivery_id: str | None = None
    event_type: str | None = None
    statuses: Statuses | None = None
    error: ErrorClass | Literal["any"] | None = None
    trigger: Trigger | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
