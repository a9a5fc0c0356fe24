"""What may be asked of ingest about live streams."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared.aggregates import live
from telecine.shared.contracts import PAGE, Command, Done, Request
from telecine.shared.events import Wire
from telecine.shared.events.live import LiveOpening, Trim

LivingLive = Annotated[live.Living, Field(discriminator="kind")]


class LiveAnswer(Wire):
    """A live stream as it stands."""

    live: LivingLive


class LivePage(Wire):
    """Some of the live streams, and how many there are in all."""

    lives: list[LivingLive]
    total: int


class CreateLive(Command[LiveAnswer]):
    """Open a live stream; unless it is scheduled for later, its server is started at once."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "live.create"
    reply: ClassVar[type[Any]] = LiveAnswer
    opening: LiveOpening


class StartLiveServer(Command[LiveAnswer]):
    """Have the server started. Refused (conflict) when the stream is over."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "live.start_server"
    reply: ClassVar[type[Any]] = LiveAnswer
    live_id: str


class StopLive(Command[LiveAnswer]):
    """End a stream. Refused while its server is not up (conflict), or with a `trim` that the
    recording does not have (invalid, by field)."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "live.stop"
    reply: ClassVar[type[Any]] = LiveAnswer
    live_id: str
    trim: Trim | None = None


class MoveLive(Command[LiveAnswer]):
    """Lay a stream into a folder, or (None) to the top. Refused (not_found, field `folder_id`) if
    the folder is none."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "live.move"
    reply: ClassVar[type[Any]] = LiveAnswer
    live_id: str
    folder_id: str | None


class DeleteLive(Command[Done]):
    """Delete a stream for good; its server is stopped."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "live.delete"
    reply: ClassVar[type[Any]] = Done
    live_id: str


class GetLive(Request[LiveAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "live.get"
    reply: ClassVar[type[Any]] = LiveAnswer
    org: str
    live_id: str


class ListLives(Request[LivePage]):
    """Newest first, without deleted ones. `folder`: only those that lie in it."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "live.list"
    reply: ClassVar[type[Any]] = LivePage
    org: str
    folder: str | None = None
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
