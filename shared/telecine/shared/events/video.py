"""What can happen to a video."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from telecine.shared.events import Fact, Upcast, Wire

Privacy = Literal["private", "public"]


class Media(Wire):
    """What a video file is: pixels, seconds, bytes, and its S3-style entity tag."""

    width: int
    height: int
    duration: float
    size: int
    entity_tag: str


class Failure(Wire):
    """Why processing failed: a stable code (`probe.not_a_video`) and a sentence for people."""

    code: str
    reason: str


class Source(Wire):
    """Where the bytes came from: a file sent over tus, or a link."""

    kind: Literal["file", "link"]
    url: str | None = None
    filename: str | None = None


class Opening(Wire):
    """What a video is told at its birth. `wishes` are the platform's own options, kept as given."""

    title: str
    platform: str
    request_key: str
    collection: str | None = None
    wishes: dict[str, Any] = Field(default_factory=dict)


class Plan(Wire):
    """What the encoder will do with one video, decided once and kept in the log.

    `waits` are seconds of virtual time before: work starts, it is encoded (or fails), it is
    confirmed, it can be watched.
    """

    waits: tuple[float, float, float, float]
    media: Media | None = None
    failure: Failure | None = None


class VideoCreated(Fact):
    """An object without bytes; inside only, no platform sends it."""

    type: ClassVar[str] = "video.created"
    opening: Opening


class VideoUploaded(Fact):
    """All bytes have arrived. By link this is also the birth, and `opening` says so.

    `media` or `defect` are what the probe of a real file found; by link both are empty.
    """

    type: ClassVar[str] = "video.uploaded"
    opening: Opening | None
    upload_key: str
    source: Source
    media: Media | None = None
    defect: Failure | None = None


class VideoReadyForProcessing(Fact):
    """Queued at the encoder. `next_at`: when the work starts (virtual)."""

    type: ClassVar[str] = "video.ready_for_processing"
    plan: Plan
    next_at: datetime


class VideoInProgress(Fact):
    """The encoder works. `next_at`: when it is done (virtual)."""

    type: ClassVar[str] = "video.in_progress"
    next_at: datetime


class VideoCompletedProcessing(Fact):
    """Encoded, not yet confirmed. `next_at`: when it is confirmed (virtual)."""

    type: ClassVar[str] = "video.completed_processing"
    next_at: datetime


class VideoProcessSucceeded(Fact):
    """Confirmed; from here on the platforms show what the video is."""

    type: ClassVar[str] = "video.process_succeeded"
    media: Media
    next_at: datetime


class VideoReadyToWatch(Fact):
    """Anyone with the right may watch."""

    type: ClassVar[str] = "video.ready_to_watch"


def _with_stage(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 told the stage by the failure's code only."""
    probed = data["failure"]["code"].startswith("probe.")
    return {**data, "stage": "probe" if probed else "encode"}


class VideoProcessFailed(Fact):
    """Processing failed, for good: what arrived is no good video (`probe`), or the encoder failed."""

    type: ClassVar[str] = "video.process_failed"
    schema_version: ClassVar[int] = 2
    upcasts: ClassVar[Mapping[int, Upcast]] = {1: _with_stage}
    stage: Literal["probe", "encode"]
    failure: Failure


class VideoDeleted(Fact):
    """Marked as deleted: nobody may watch; what goes on with it goes on."""

    type: ClassVar[str] = "video.deleted"


class VideoFailedToDelete(Fact):
    """Somebody wished to delete it when its platform does not allow that; `reason` is for people."""

    type: ClassVar[str] = "video.failed_to_delete"
    reason: str


class VideoDeletionReverted(Fact):
    """The mark of deletion is gone."""

    type: ClassVar[str] = "video.deletion_reverted"


class VideoPrivacyChanged(Fact):
    """Inside only, no platform sends it."""

    type: ClassVar[str] = "video.privacy_changed"
    privacy: Privacy


class VideoMoved(Fact):
    """Laid into a folder, or into none; inside only, no platform sends it."""

    type: ClassVar[str] = "video.moved"
    folder: str | None


VideoFact = (
    VideoCreated
    | VideoUploaded
    | VideoReadyForProcessing
    | VideoInProgress
    | VideoCompletedProcessing
    | VideoProcessSucceeded
    | VideoReadyToWatch
    | VideoProcessFailed
    | VideoDeleted
    | VideoFailedToDelete
    | VideoDeletionReverted
    | VideoPrivacyChanged
    | VideoMoved
)
