"""What can happen to a live stream, its server, whoever broadcasts, and its recording."""

from datetime import datetime
from typing import ClassVar, Literal

from telecine.shared.events import Fact, Wire
from telecine.shared.events.video import Failure, Media


class LiveOpening(Wire):
    """What a live stream is told at its birth.

    `scheduled`: when it is meant to begin, as its owner wrote it; it begins by itself never. None:
    its server is started at once.
    """

    platform: str
    request_key: str
    title: str
    scheduled: str | None = None
    latency: Literal["low", "normal"] = "normal"
    drm: bool = False
    transcode: bool = True


class Drop(Wire):
    """The broadcaster's connection breaks: after so many seconds on air, for so many seconds."""

    after: float
    back: float


class LivePlan(Wire):
    """What server, broadcaster and recorder will do, decided once and kept in the log.

    Seconds of virtual time: until the `server` is up (or has failed), from there until somebody
    publishes (`publish`), from a stop until it is recorded (`record`), until that is transcoded
    (`transcode`). The last connection lasts until the stream is stopped.
    """

    server: float
    publish: float
    drops: tuple[Drop, ...]
    record: float
    transcode: float
    width: int
    height: int
    bytes_per_second: int
    entity_tag: str
    failure: Failure | None = None


class Trim(Wire):
    """The part of a recording that is kept: whole seconds from its beginning."""

    start: int
    end: int


class LiveCreated(Fact):
    type: ClassVar[str] = "live.created"
    opening: LiveOpening


class LiveStartRequested(Fact):
    """The server of a scheduled stream is wanted."""

    type: ClassVar[str] = "live.start_requested"


class LiveServerStarting(Fact):
    """A server is being started. `next_at`: when it is up, or has failed (virtual)."""

    type: ClassVar[str] = "live.server_starting"
    plan: LivePlan
    next_at: datetime


class LiveServerReady(Fact):
    """The server takes a broadcast. `next_at`: when somebody publishes (virtual)."""

    type: ClassVar[str] = "live.server_ready"
    next_at: datetime


class LivePublishStarted(Fact):
    """On air. `next_at`: when the connection breaks (virtual); None: it holds until the stop."""

    type: ClassVar[str] = "live.publish_started"
    next_at: datetime | None


class LivePublishEnded(Fact):
    """The broadcaster is gone, the server still waits. `next_at`: when it is back (virtual)."""

    type: ClassVar[str] = "live.publish_ended"
    next_at: datetime


class LiveStopped(Fact):
    """Its owner has ended it; the server is gone. `next_at`: when the recording begins (virtual)."""

    type: ClassVar[str] = "live.stopped"
    trim: Trim | None
    next_at: datetime


class LiveRecordingStarted(Fact):
    """What was broadcast is being recorded. `next_at`: when it is done (virtual)."""

    type: ClassVar[str] = "live.recording_started"
    next_at: datetime


class LiveCompleted(Fact):
    """Over. `recording`: what can be watched from now on, if anything."""

    type: ClassVar[str] = "live.completed"
    recording: Media | None


class LiveFailed(Fact):
    """The server could not be started, for good."""

    type: ClassVar[str] = "live.failed"
    failure: Failure


class LiveMoved(Fact):
    """It lies in another folder from now on; None: in none."""

    type: ClassVar[str] = "live.moved"
    folder: str | None


class LiveDeleted(Fact):
    """Gone, for good; its server is stopped."""

    type: ClassVar[str] = "live.deleted"


LiveFact = (
    LiveCreated
    | LiveStartRequested
    | LiveServerStarting
    | LiveServerReady
    | LivePublishStarted
    | LivePublishEnded
    | LiveStopped
    | LiveRecordingStarted
    | LiveCompleted
    | LiveFailed
    | LiveMoved
    | LiveDeleted
)
