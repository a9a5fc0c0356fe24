"""A video in each of its states, and each fact of its life; minute n belongs to version n."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.video import (
    Absent,
    Card,
    Completed,
    Created,
    Failed,
    InProgress,
    Known,
    Queued,
    Succeeded,
    Upload,
    Uploaded,
    Video,
    Watchable,
)
from telecine.shared.events import Stamp
from telecine.shared.events.video import (
    Failure,
    Media,
    Opening,
    Plan,
    Source,
    VideoCompletedProcessing,
    VideoCreated,
    VideoDeleted,
    VideoDeletionReverted,
    VideoFact,
    VideoFailedToDelete,
    VideoInProgress,
    VideoMoved,
    VideoPrivacyChanged,
    VideoProcessFailed,
    VideoProcessSucceeded,
    VideoReadyForProcessing,
    VideoReadyToWatch,
    VideoUploaded,
)

ORG, ID = "demo", "5f0c2b1e-7d3a-4c55-9a51-0c9d7d1f2a10"


def minute(version: int) -> datetime:
    """Answer when the fact of this version happened."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(minutes=version)


def due(version: int, seconds: float) -> datetime:
    """Answer when the timer falls due that the fact of this version set."""
    return minute(version) + timedelta(seconds=seconds)


def stamp(version: int) -> Stamp:
    return Stamp(ORG, ID, minute(version))


OPENING = Opening(
    title="A day at sea",
    platform="omega",
    request_key="create-1",
    collection="c-7",
    wishes={"client_id": "anna", "tags": ["sea", 7, None]},
)
FILE = Source(kind="file", filename="sea.mp4")
LINK = Source(kind="link", url="https://media.example/sea.mp4")
MEDIA = Media(width=1920, height=1080, duration=61.5, size=9_000_001, entity_tag="ab12-2")
FAILURE = Failure(code="corrupt", reason="the file is damaged")
PLAN = Plan(waits=(0.5, 1.75, 0.25, 0.125), media=MEDIA)
DOOMED = Plan(waits=(0.5, 1.75, 0.25, 0.125), failure=FAILURE)


def card(version: int) -> Card:
    """Answer what the video of this version has; it was born in minute 1."""
    return Card(
        org=ORG,
        id=ID,
        version=version,
        title="A day at sea",
        platform="omega",
        request_key="create-1",
        collection="c-7",
        wishes={"client_id": "anna", "tags": ["sea", 7, None]},
        created_at=minute(1),
        updated_at=minute(version),
    )


BY_FILE = Upload("upload-1", FILE, MEDIA, None)
BY_LINK = Upload("create-1", LINK, None, None)

CREATED = Created(card(1))
UPLOADED = Uploaded(card(2), BY_FILE)
LINKED = Uploaded(card(1), BY_LINK)
QUEUED = Queued(card(3), BY_FILE, PLAN, Awaited(3, due(3, 0.5)))
IN_PROGRESS = InProgress(card(4), BY_FILE, PLAN, Awaited(4, due(4, 1.75)))
IN_PROGRESS_DOOMED = InProgress(card(4), BY_FILE, DOOMED, Awaited(4, due(4, 1.75)))
COMPLETED = Completed(card(5), BY_FILE, PLAN, Awaited(5, due(5, 0.25)))
SUCCEEDED = Succeeded(card(6), BY_FILE, MEDIA, PLAN, Awaited(6, due(6, 0.125)))
WATCHABLE = Watchable(card(7), BY_FILE, MEDIA)
FAILED = Failed(card(5), BY_FILE, FAILURE, minute(5))


def deleted(state: Known) -> Known:
    """Answer the state after one fact more: that it was deleted."""
    version = state.card.version + 1
    return replace(state, card=replace(state.card, version=version, deleted_at=minute(version)))


ALIVE: dict[str, Known] = {
    "created": CREATED,
    "uploaded": UPLOADED,
    "queued": QUEUED,
    "in_progress": IN_PROGRESS,
    "in_progress_doomed": IN_PROGRESS_DOOMED,
    "completed": COMPLETED,
    "succeeded": SUCCEEDED,
    "watchable": WATCHABLE,
    "failed": FAILED,
}
DELETED = {f"{name}_deleted": deleted(state) for name, state in ALIVE.items()}
STATES: dict[str, Video] = {"absent": Absent(), **ALIVE, **DELETED}

FACTS: dict[str, VideoFact] = {
    "created": VideoCreated(opening=OPENING),
    "uploaded_by_link": VideoUploaded(opening=OPENING, upload_key="create-1", source=LINK),
    "uploaded_by_file": VideoUploaded(
        opening=None, upload_key="upload-1", source=FILE, media=MEDIA
    ),
    "ready_for_processing": VideoReadyForProcessing(plan=PLAN, next_at=due(3, 0.5)),
    "in_progress": VideoInProgress(next_at=due(4, 1.75)),
    "completed_processing": VideoCompletedProcessing(next_at=due(5, 0.25)),
    "process_succeeded": VideoProcessSucceeded(media=MEDIA, next_at=due(6, 0.125)),
    "ready_to_watch": VideoReadyToWatch(),
    "process_failed": VideoProcessFailed(stage="encode", failure=FAILURE),
    "deleted": VideoDeleted(),
    "failed_to_delete": VideoFailedToDelete(reason="it is being processed"),
    "deletion_reverted": VideoDeletionReverted(),
    "privacy_changed": VideoPrivacyChanged(privacy="public"),
    "moved": VideoMoved(folder="c-8"),
}
