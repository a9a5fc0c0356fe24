"""A live stream in each of its states, and each fact of its life; minute n belongs to version n.

Its broadcast breaks once: on air from minute 4 to 5 and from 6 to 7.
"""

from dataclasses import replace

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.live import (
    Absent,
    Activity,
    Broadcast,
    Card,
    Completed,
    Deleted,
    Disconnected,
    Failed,
    Live,
    Ready,
    Recording,
    Requested,
    Scheduled,
    Starting,
    Stopped,
    Streaming,
)
from telecine.shared.events import Stamp
from telecine.shared.events.live import (
    Drop,
    LiveCompleted,
    LiveCreated,
    LiveDeleted,
    LiveFact,
    LiveFailed,
    LiveMoved,
    LiveOpening,
    LivePlan,
    LivePublishEnded,
    LivePublishStarted,
    LiveRecordingStarted,
    LiveServerReady,
    LiveServerStarting,
    LiveStartRequested,
    LiveStopped,
)
from telecine.shared.events.video import Media
from tests.shared.videos import FAILURE, ORG, due, minute

ID = "7c1d9b60-5a42-4b8f-9e1d-3f5b7a2c4d60"

OPENING = LiveOpening(platform="tpstreams", request_key="create-1", title="A day at sea")
LATER = OPENING.model_copy(update={"scheduled": "2026-03-01 12:30:00"})
PLAN = LivePlan(
    server=25.5,
    publish=3.25,
    drops=(Drop(after=60.0, back=60.0),),
    record=2.5,
    transcode=4.75,
    width=1280,
    height=720,
    bytes_per_second=200_000,
    entity_tag="ab12-2",
)
DOOMED = PLAN.model_copy(update={"failure": FAILURE})
MEDIA = Media(width=1280, height=720, duration=120.0, size=24_000_000, entity_tag="ab12-2")

_DONE = (
    ("live.publish_started", 4),
    ("live.publish_ended", 5),
    ("live.publish_started", 6),
    ("live.stopped", 7),
    ("live.recording_started", 8),
    ("live.completed", 9),
)


def stamp(version: int) -> Stamp:
    return Stamp(ORG, ID, minute(version))


def card(version: int, activities: int = 0, opening: LiveOpening = OPENING) -> Card:
    """Answer what the stream of this version has after that many activities."""
    done = tuple(Activity(name, minute(at)) for name, at in _DONE[:activities])
    return Card(ORG, ID, version, opening, minute(1), minute(version), done)


def waits(version: int, seconds: float) -> Awaited:
    return Awaited(version, due(version, seconds))


ONCE, TWICE = Broadcast(minute(4), 60.0, 1), Broadcast(minute(4), 120.0, 1)

SCHEDULED = Scheduled(card(1, opening=LATER))
REQUESTED = Requested(card(1))
STARTING = Starting(card(2), PLAN, waits(2, 25.5))
STARTING_DOOMED = Starting(card(2), DOOMED, waits(2, 25.5))
READY = Ready(card(3), PLAN, waits(3, 3.25))
STREAMING = Streaming(card(4, 1), PLAN, Broadcast(minute(4)), minute(4), waits(4, 60))
DISCONNECTED = Disconnected(card(5, 2), PLAN, ONCE, waits(5, 60))
STREAMING_AGAIN = Streaming(card(6, 3), PLAN, ONCE, minute(6), None)
STOPPED = Stopped(card(7, 4), PLAN, TWICE, None, waits(7, 2.5))
STOPPED_UNHEARD = Stopped(
    replace(card(4), activities=(Activity("live.stopped", minute(4)),)),
    *(PLAN, None, None, waits(4, 2.5)),
)
RECORDING = Recording(card(8, 5), PLAN, TWICE, None, waits(8, 4.75))
COMPLETED = Completed(card(9, 6), MEDIA)
FAILED = Failed(replace(card(3), activities=(Activity("live.failed", minute(3)),)), FAILURE)
DELETED = Deleted(card(10, 6))

STATES: dict[str, Live] = {
    "absent": Absent(),
    "scheduled": SCHEDULED,
    "requested": REQUESTED,
    "starting": STARTING,
    "starting_doomed": STARTING_DOOMED,
    "ready": READY,
    "streaming": STREAMING,
    "disconnected": DISCONNECTED,
    "streaming_again": STREAMING_AGAIN,
    "stopped": STOPPED,
    "stopped_unheard": STOPPED_UNHEARD,
    "recording": RECORDING,
    "completed": COMPLETED,
    "failed": FAILED,
    "deleted": DELETED,
}

FACTS: dict[str, LiveFact] = {
    "created": LiveCreated(opening=OPENING),
    "created_for_later": LiveCreated(opening=LATER),
    "start_requested": LiveStartRequested(),
    "server_starting": LiveServerStarting(plan=PLAN, next_at=due(2, 25.5)),
    "server_ready": LiveServerReady(next_at=due(3, 3.25)),
    "publish_started": LivePublishStarted(next_at=due(4, 60)),
    "published_again": LivePublishStarted(next_at=None),
    "publish_ended": LivePublishEnded(next_at=due(5, 60)),
    "stopped": LiveStopped(trim=None, next_at=due(7, 2.5)),
    "recording_started": LiveRecordingStarted(next_at=due(8, 4.75)),
    "completed": LiveCompleted(recording=MEDIA),
    "failed": LiveFailed(failure=FAILURE),
    "moved": LiveMoved(folder="f-1"),
    "deleted": LiveDeleted(),
}
