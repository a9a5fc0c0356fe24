"""What may be asked of ingest: the video's commands, and what videos there are."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared import video
from telecine.shared.contracts import PAGE, Command, Request
from telecine.shared.events import Wire
from telecine.shared.events.video import Failure, Media, Opening, Source

KnownVideo = Annotated[video.Known, Field(discriminator="kind")]


class VideoAnswer(Wire):
    """A video as it stands."""

    video: KnownVideo


class VideoPage(Wire):
    """Some of the videos that match, and how many match in all."""

    videos: list[KnownVideo]
    total: int


class CreateVideo(Command[VideoAnswer]):
    """Open a video without bytes."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.create"
    reply: ClassVar[type[Any]] = VideoAnswer
    opening: Opening


class UploadVideoLink(Command[VideoAnswer]):
    """Open a video whose bytes are behind a link."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.upload_link"
    reply: ClassVar[type[Any]] = VideoAnswer
    opening: Opening
    url: str


class UploadVideoFile(Command[VideoAnswer]):
    """The bytes of an open video have arrived and were probed."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.upload_file"
    reply: ClassVar[type[Any]] = VideoAnswer
    video_id: str
    upload_key: str
    source: Source
    media: Media | None
    defect: Failure | None


class GetVideo(Request[VideoAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.get"
    reply: ClassVar[type[Any]] = VideoAnswer
    org: str
    video_id: str


class ListVideos(Request[VideoPage]):
    """Newest first. Empty `kinds`: every state."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.list"
    reply: ClassVar[type[Any]] = VideoPage
    org: str
    kinds: tuple[str, ...] = ()
    collection: str | None = None
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
