"""Which fact follows from which command in which state of a video. Pure."""

from datetime import datetime, timedelta
from typing import Literal, assert_never

from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.aggregates.video.commands import (
    Command,
    Create,
    Delete,
    Move,
    Queue,
    RevertDeletion,
    SetPrivacy,
    Step,
    UploadFile,
    UploadLink,
)
from telecine.shared.aggregates.video.states import (
    Absent,
    Card,
    Completed,
    Created,
    InProgress,
    Queued,
    Succeeded,
    Uploaded,
    Video,
    awaited,
)
from telecine.shared.errors import BrokenLog
from telecine.shared.events.video import (
    Failure,
    Media,
    Opening,
    Plan,
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

Decision = VideoFact | Refused | Unchanged

NO_SUCH = Refused("not_found", "no such video")
IS_DELETED = Refused("conflict", "this video is deleted; revert its deletion first")


def decide(state: Video, command: Command, now: datetime) -> Decision:
    """Answer the one fact that follows, or why none does. `now` is the fact's virtual time."""
    match command:
        case Create(opening):
            return _open(state, VideoCreated(opening=opening), opening)
        case UploadLink(opening, source):
            key = opening.request_key
            fact = VideoUploaded(opening=opening, upload_key=key, source=source)
            return _open(state, fact, opening)
        case UploadFile():
            return _upload(state, command)
        case Queue(plan):
            return _queue(state, plan, now)
        case Step(generation):
            return _step(state, generation, now)
        case Delete() | RevertDeletion() | SetPrivacy() | Move():
            return NO_SUCH if isinstance(state, Absent) else _mark(state.card, command)
        case _:
            assert_never(command)


def _open(state: Video, fact: VideoFact, opening: Opening) -> Decision:
    if isinstance(state, Absent):
        return fact
    if state.card.request_key == opening.request_key:
        return Unchanged()
    return Refused("conflict", "a video with this id exists already")


def _upload(state: Video, command: UploadFile) -> Decision:
    if isinstance(state, Absent):
        return Refused("not_found", "no such video; create it before its upload")
    if isinstance(state, Created):
        return IS_DELETED if state.card.deleted_at else _uploaded(command)
    if state.upload.key == command.key:
        return Unchanged()
    return Refused("conflict", "this video has its bytes already; create another video")


def _uploaded(command: UploadFile) -> VideoUploaded:
    return VideoUploaded(
        opening=None,
        upload_key=command.key,
        source=command.source,
        media=command.media,
        defect=command.defect,
    )


def _queue(state: Video, plan: Plan, now: datetime) -> Decision:
    match state:
        case Absent() | Created():
            return Refused("conflict", "only an uploaded video can be processed")
        case Uploaded():
            return VideoReadyForProcessing(plan=plan, next_at=_after(now, plan.waits[0]))
        case _:
            return Unchanged()


def _step(state: Video, generation: int, now: datetime) -> Decision:
    expected = awaited(state)
    if expected is None or expected.generation != generation:
        return Unchanged()
    match state:
        case Queued(plan=plan):
            return VideoInProgress(next_at=_after(now, plan.waits[1]))
        case InProgress(plan=Plan(failure=Failure() as failure), upload=upload):
            stage: Literal["probe", "encode"] = "probe" if upload.defect else "encode"
            return VideoProcessFailed(stage=stage, failure=failure)
        case InProgress(plan=plan):
            return VideoCompletedProcessing(next_at=_after(now, plan.waits[2]))
        case Completed(plan=Plan(media=Media() as media) as plan):
            return VideoProcessSucceeded(media=media, next_at=_after(now, plan.waits[3]))
        case Succeeded():
            return VideoReadyToWatch()
        case _:
            raise BrokenLog(f"a plan without media and without failure: {state}")


def _after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def _mark(card: Card, command: Delete | RevertDeletion | SetPrivacy | Move) -> Decision:
    """What concerns the card alone: the same in every state of the machine."""
    match command:
        case Delete() if card.deleted_at:
            return Refused("conflict", "this video is deleted already")
        case Delete(refusal):
            return VideoFailedToDelete(reason=refusal) if refusal else VideoDeleted()
        case RevertDeletion() if card.deleted_at is None:
            return Refused("conflict", "this video is not deleted; there is nothing to revert")
        case RevertDeletion():
            return VideoDeletionReverted()
        case SetPrivacy() if card.deleted_at:
            return IS_DELETED
        case SetPrivacy(privacy):
            return Unchanged() if privacy == card.privacy else VideoPrivacyChanged(privacy=privacy)
        case Move(folder):
            return Unchanged() if folder == card.collection else VideoMoved(folder=folder)
        case _:
            assert_never(command)
