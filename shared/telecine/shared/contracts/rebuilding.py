"""What may be asked of every service that has views: to make them anew from the log."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared.contracts import Request
from telecine.shared.events import Wire


class RebuildBegun(Wire):
    """It has begun, with these views in this order."""

    views: tuple[str, ...]


class Rebuild(Request[RebuildBegun]):
    """Make views anew while the house runs; none named: all of the service's.

    `progress` is the asker's own inbox, where RebuildProgress comes until it is done or has failed.
    """

    name: ClassVar[str] = "rebuild"
    reply: ClassVar[type[Any]] = RebuildBegun
    views: tuple[str, ...] = ()
    progress: Annotated[str, Field(pattern=r"^_INBOX\.[A-Za-z0-9.]{1,100}$")]


class RebuildIngest(Rebuild):
    service: ClassVar[str] = "ingest"


class RebuildSubscriptions(Rebuild):
    service: ClassVar[str] = "subscriptions"


#: The question for each service that has views.
REBUILDS: dict[str, type[Rebuild]] = {
    question.service: question for question in (RebuildIngest, RebuildSubscriptions)
}


class RebuildProgress(Wire):
    """How far a view has come: a position of the log, and the log's last one.

    `rows` is how many the finished view has; `failed` says why the old one stayed.
    """

    view: str
    position: int = 0
    last: int = 0
    rows: int | None = None
    failed: str | None = None
