"""What may be asked of ingest: the video's commands, and what videos there are."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from telecine.shared.aggregates import video
from telecine.shared.contracts import PAGE, Command, Done, Request
from telecine.shared.events import Wire
from telecine.shared.events.video import Failure, Media, Opening, Privacy, Source

KnownVideo = Annotated[video.Known, Field(discriminator="kind")]


class VideoAnswer(Wire):
    """A video as it stands."""

    video: KnownVideo


class VideoPage(Wire):
    """Some of the videos that match, and how many match in all."""

    videos: list[KnownVideo]
    total: int


class CreateVideo(Command[VideoAnswer]):
    """Open a video without bytes. Refused (not_found, field `collection`) if its folder is none."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.create"
    reply: ClassVar[type[Any]] = VideoAnswer
    opening: Opening


class UploadVideoLink(Command[VideoAnswer]):
    """Open a video whose bytes are behind a link; its folder as in `CreateVideo`."""

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


class DeleteVideo(Command[VideoAnswer]):
    """Mark a video as deleted. Refused (conflict) if it is, or if `platform` does not allow it now;
    in the second case `video.failed_to_delete` has happened."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.delete"
    reply: ClassVar[type[Any]] = VideoAnswer
    video_id: str
    platform: str


class RevertDeletion(Command[VideoAnswer]):
    """Take the mark away. Refused (conflict) if there is none. A video whose folder is gone
    comes back at the top."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.revert_deletion"
    reply: ClassVar[type[Any]] = VideoAnswer
    video_id: str


class SetPrivacy(Command[VideoAnswer]):
    """Show a video to all, or not. Refused (conflict) if it is deleted."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.set_privacy"
    reply: ClassVar[type[Any]] = VideoAnswer
    video_id: str
    privacy: Privacy


class MoveVideos(Command[Done]):
    """Lay videos into a folder, or (None) to the top: all of them, or none if one cannot be.

    Refused if the folder is none (not_found, field `folder_id`) or a video is unknown or deleted
    (field: its id).
    """

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.move"
    reply: ClassVar[type[Any]] = Done
    video_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=PAGE)]
    folder_id: str | None


class GetVideo(Request[VideoAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.get"
    reply: ClassVar[type[Any]] = VideoAnswer
    org: str
    video_id: str


class Position(Wire):
    """Where a video stands in lists."""

    created_at: datetime
    id: str


class ListVideos(Request[VideoPage]):
    """Newest first. Empty `kinds`: every state. Every filter that is given must hold.

    `behind`: only what stands behind a video; who reads all pages so sees none twice and misses
    none, whatever comes and goes meanwhile. `total` is of all that match, wherever they stand.
    """

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.list"
    reply: ClassVar[type[Any]] = VideoPage
    org: str
    kinds: tuple[str, ...] = ()
    deleted: Literal["without", "only"] = "without"
    collection: str | None = None
    has_collection: bool | None = None
    behind: Position | None = None
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
