"""How facts change a video. Pure; what cannot follow breaks the log."""

from dataclasses import replace

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.video.states import (
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
from telecine.shared.errors import BrokenLog
from telecine.shared.events import Stamp
from telecine.shared.events.video import (
    Opening,
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

#: The facts that leave the machine where it is and change the card alone.
_Mark = (
    VideoDeleted | VideoFailedToDelete | VideoDeletionReverted | VideoPrivacyChanged | VideoMoved
)


def evolve(state: Video, fact: VideoFact, stamp: Stamp) -> Video:
    """Answer the state after a fact; the stamp says whose it is and when it happened."""
    if isinstance(state, Absent):
        return _born(fact, stamp)
    card = replace(state.card, version=state.card.version + 1, updated_at=stamp.at)
    if isinstance(fact, _Mark):
        return replace(state, card=_marked(state, card, fact))
    return _moved_on(state, card, fact)


def _moved_on(state: Known, card: Card, fact: VideoFact) -> Video:
    match state, fact:
        case Created(), VideoUploaded(opening=None):
            return Uploaded(card, _bytes(fact))
        case Uploaded(upload=upload), VideoReadyForProcessing(plan=plan, next_at=due):
            return Queued(card, upload, plan, Awaited(card.version, due))
        case Queued(upload=upload, plan=plan), VideoInProgress(next_at=due):
            return InProgress(card, upload, plan, Awaited(card.version, due))
        case InProgress(upload=upload, plan=plan), VideoCompletedProcessing(next_at=due):
            return Completed(card, upload, plan, Awaited(card.version, due))
        case InProgress(upload=upload), VideoProcessFailed(failure=failure):
            return Failed(card, upload, failure, card.updated_at)
        case Completed(upload=upload, plan=plan), VideoProcessSucceeded(media=media, next_at=due):
            return Succeeded(card, upload, media, plan, Awaited(card.version, due))
        case Succeeded(upload=upload, media=media), VideoReadyToWatch():
            return Watchable(card, upload, media)
        case _:
            raise BrokenLog(f"{fact.type} cannot follow on a video that is {state.kind}")


def _marked(state: Known, card: Card, fact: _Mark) -> Card:
    """A deletion is not an update: documented samples have one hours after the last of those."""
    deleted, before = card.deleted_at is not None, state.card.updated_at
    match fact:
        case VideoDeleted() if not deleted:
            return replace(card, deleted_at=card.updated_at, updated_at=before)
        case VideoFailedToDelete() if not deleted:
            return replace(card, updated_at=before)
        case VideoDeletionReverted() if deleted:
            return replace(card, deleted_at=None, updated_at=before)
        case VideoPrivacyChanged(privacy=privacy) if not deleted:
            return replace(card, privacy=privacy)
        case VideoMoved(folder=folder):
            return replace(card, collection=folder)
        case _:
            mark = "deleted" if deleted else "not deleted"
            raise BrokenLog(f"{fact.type} cannot follow on a video that is {mark}")


def _born(fact: VideoFact, stamp: Stamp) -> Video:
    match fact:
        case VideoCreated(opening=opening):
            return Created(_card(opening, stamp))
        case VideoUploaded(opening=Opening() as opening):
            return Uploaded(_card(opening, stamp), _bytes(fact))
        case _:
            raise BrokenLog(f"{fact.type} cannot be the first fact of a video")


def _card(opening: Opening, stamp: Stamp) -> Card:
    return Card(
        org=stamp.org,
        id=stamp.id,
        version=1,
        title=opening.title,
        platform=opening.platform,
        request_key=opening.request_key,
        collection=opening.collection,
        wishes=opening.wishes,
        created_at=stamp.at,
        updated_at=stamp.at,
    )


def _bytes(fact: VideoUploaded) -> Upload:
    return Upload(fact.upload_key, fact.source, fact.media, fact.defect)
