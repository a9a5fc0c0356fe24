"""Every fact that can happen, as a value; a fact's type is the first half of its subject.

A fact is immutable, in the past tense and small. Field names and schema versions are for ever:
a changed meaning is a new `schema_version` with an upcaster, never an edit (DESIGN §2).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

#: The types that the platforms document; endpoints may ask for these and no others.
DOCUMENTED_TYPES = (
    "video.uploaded",
    "video.ready_for_processing",
    "video.in_progress",
    "video.completed_processing",
    "video.process_succeeded",
    "video.process_failed",
    "video.ready_to_watch",
    "video.deleted",
    "video.failed_to_delete",
    "video.deletion_reverted",
)


class Wire(BaseModel):
    """A value that travels: frozen, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(Wire):
    """What happened. `type` is the event's type and the start of its subject."""

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1


@dataclass(frozen=True)
class Stamp:
    """Whose fact it is, and when it happened (virtual time)."""

    org: str
    id: str
    at: datetime


# -- video -----------------------------------------------------------------------------------


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
    wishes: dict[str, Any] = {}


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


class VideoProcessFailed(Fact):
    """Processing failed, for good."""

    type: ClassVar[str] = "video.process_failed"
    failure: Failure


VideoFact = (
    VideoCreated
    | VideoUploaded
    | VideoReadyForProcessing
    | VideoInProgress
    | VideoCompletedProcessing
    | VideoProcessSucceeded
    | VideoReadyToWatch
    | VideoProcessFailed
)


# -- endpoint --------------------------------------------------------------------------------


class Subscription(Wire):
    """What an endpoint's owner may change. Secrets are named by key id, never carried."""

    url: str
    description: str | None = None
    types: tuple[str, ...]
    token_key: str | None = None


class EndpointCreated(Fact):
    type: ClassVar[str] = "endpoint.created"
    platform: str
    request_key: str
    signing_key: str
    subscription: Subscription


class EndpointUpdated(Fact):
    type: ClassVar[str] = "endpoint.updated"
    subscription: Subscription


class EndpointActivated(Fact):
    type: ClassVar[str] = "endpoint.activated"


class EndpointDeactivated(Fact):
    type: ClassVar[str] = "endpoint.deactivated"


class EndpointDeleted(Fact):
    type: ClassVar[str] = "endpoint.deleted"


EndpointFact = (
    EndpointCreated | EndpointUpdated | EndpointActivated | EndpointDeactivated | EndpointDeleted
)


# -- attempts and time -------------------------------------------------------------------------


class AttemptMade(Fact):
    """One HTTP try ended. The record of it is delivery's; this is the news for whoever listens."""

    delivery_id: str
    event_type: str
    number: int
    status: int | None
    error: str | None


class AttemptSucceeded(AttemptMade):
    type: ClassVar[str] = "attempt.succeeded"


class AttemptFailed(AttemptMade):
    """It failed and another will follow at `next_at` (virtual)."""

    type: ClassVar[str] = "attempt.failed"
    next_at: datetime


class AttemptExhausted(AttemptMade):
    """It failed and was the last."""

    type: ClassVar[str] = "attempt.exhausted"


class ClockStarted(Fact):
    """A run begins (or goes on): virtual `now` was true at `wall`, and runs at `speed`."""

    type: ClassVar[str] = "clock.started"
    now: datetime
    wall: datetime
    speed: float


class ClockSpeedChanged(Fact):
    """From `now` (virtual) = `wall` on, time runs at `speed`; 0 is frozen."""

    type: ClassVar[str] = "clock.speed_changed"
    now: datetime
    wall: datetime
    speed: float


ClockFact = ClockStarted | ClockSpeedChanged
