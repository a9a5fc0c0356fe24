"""The lives of made-up things, as facts: what an example webhook is about. Pure.

Each is a line of facts that a house could have written, up to the one that is told; so an example
has the shape that the real one will have.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from telecine.shared.events import Fact
from telecine.shared.events.job import (
    JobCompleted,
    JobCreated,
    JobFailed,
    JobOpening,
    JobPlan,
    JobQueued,
    JobStarted,
)
from telecine.shared.events.live import (
    LiveCompleted,
    LiveCreated,
    LiveFailed,
    LiveOpening,
    LivePlan,
    LivePublishEnded,
    LivePublishStarted,
    LiveRecordingStarted,
    LiveServerReady,
    LiveServerStarting,
    LiveStopped,
)
from telecine.shared.events.video import (
    Failure,
    Media,
    Opening,
    Plan,
    Source,
    VideoCompletedProcessing,
    VideoDeleted,
    VideoDeletionReverted,
    VideoFailedToDelete,
    VideoInProgress,
    VideoProcessFailed,
    VideoProcessSucceeded,
    VideoReadyForProcessing,
    VideoReadyToWatch,
    VideoUploaded,
)
from telecine.shared.log.envelope import Kind
from telecine.shared.log.kinds import JOB, LIVE, VIDEO

_TITLE, _LINK, _KEY = "An example", "https://example.com/example.mp4", "example"
_MEDIA = Media(width=1920, height=1080, duration=61.5, size=9_000_001, entity_tag="ab12-2")
_FAILURE = Failure(code="corrupt", reason="the file is damaged")


def kind_of(event_type: str) -> Kind[Any, Any]:
    """Answer whose log an event's type belongs to."""
    return next(kind for kind in (VIDEO, LIVE, JOB) if event_type in kind.facts)


def life(event_type: str, platform: str, at: datetime) -> list[Fact]:
    """Answer the facts up to the first of this type, on one platform; whatever is due is at `at`."""
    made = {"video": _video, "live": _live, "job": _job}[kind_of(event_type).name]
    happy, others = made(platform, at)
    if event_type in others:
        before, last = others[event_type]
        return [*happy[:before], *last]
    end = next(place for place, fact in enumerate(happy) if fact.type == event_type)
    return list(happy[: end + 1])


#: What goes well, and by type what goes otherwise: after how many of those facts, and then which.
_Lives = tuple[Sequence[Fact], Mapping[str, tuple[int, Sequence[Fact]]]]


def _video(platform: str, at: datetime) -> _Lives:
    opening = Opening(title=_TITLE, platform=platform, request_key=_KEY)
    happy = (
        VideoUploaded(opening=opening, upload_key=_KEY, source=Source(kind="link", url=_LINK)),
        VideoReadyForProcessing(plan=Plan(waits=(1, 1, 1, 1), media=_MEDIA), next_at=at),
        VideoInProgress(next_at=at),
        VideoCompletedProcessing(next_at=at),
        VideoProcessSucceeded(media=_MEDIA, next_at=at),
        VideoReadyToWatch(),
    )
    working, over = 3, len(happy)
    return happy, {
        "video.process_failed": (
            working,
            [VideoProcessFailed(stage="encode", failure=_FAILURE)],
        ),
        "video.failed_to_delete": (
            working,
            [VideoFailedToDelete(reason="the video is being processed")],
        ),
        "video.deleted": (over, [VideoDeleted()]),
        "video.deletion_reverted": (over, [VideoDeleted(), VideoDeletionReverted()]),
    }


def _live(platform: str, at: datetime) -> _Lives:
    opening = LiveOpening(platform=platform, request_key=_KEY, title=_TITLE)
    plan = LivePlan(
        server=1,
        publish=1,
        drops=(),
        record=1,
        transcode=1,
        width=1280,
        height=720,
        bytes_per_second=200_000,
        entity_tag="ab12-2",
    )
    happy = (
        LiveCreated(opening=opening),
        LiveServerStarting(plan=plan, next_at=at),
        LiveServerReady(next_at=at),
        LivePublishStarted(next_at=at),
        LivePublishEnded(next_at=at),
        LivePublishStarted(next_at=None),
        LiveStopped(trim=None, next_at=at),
        LiveRecordingStarted(next_at=at),
        LiveCompleted(recording=_MEDIA),
    )
    return happy, {"live.failed": (2, [LiveFailed(failure=_FAILURE)])}


def _job(platform: str, at: datetime) -> _Lives:
    opening = JobOpening(
        platform=platform,
        request_key=_KEY,
        input=_LINK,
        output="s3://example/out/",
        resolutions=("240p", "480p"),
    )
    happy = (
        JobCreated(opening=opening),
        JobQueued(plan=JobPlan(waits=(1, 1), media=_MEDIA), next_at=at),
        JobStarted(next_at=at),
        JobCompleted(media=_MEDIA),
    )
    return happy, {"job.failed": (3, [JobFailed(failure=_FAILURE)])}
