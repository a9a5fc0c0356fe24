"""The video: its states, and which fact follows from which command in which state.

Pure: time is an argument, and a refusal is a value. Ingest and the transcoder both write videos,
which is why their decider lives here (DESIGN §3).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, assert_never

from telecine.shared.errors import BrokenLog
from telecine.shared.events import Stamp
from telecine.shared.events.video import (
    Failure,
    Media,
    Opening,
    Plan,
    Source,
    VideoCompletedProcessing,
    VideoCreated,
    VideoFact,
    VideoInProgress,
    VideoProcessFailed,
    VideoProcessSucceeded,
    VideoReadyForProcessing,
    VideoReadyToWatch,
    VideoUploaded,
)
from telecine.shared.verdicts import Refused, Unchanged

# -- state -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """What every video has, whatever became of it. `version` counts its facts."""

    org: str
    id: str
    version: int
    title: str
    platform: str
    request_key: str
    collection: str | None
    wishes: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    privacy: Literal["private", "public"] = "private"
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class Upload:
    """The bytes as they arrived: `media` or `defect` if a real file was probed."""

    key: str
    source: Source
    media: Media | None
    defect: Failure | None


@dataclass(frozen=True)
class Awaited:
    """The one timer that this video waits for."""

    generation: int
    due: datetime


@dataclass(frozen=True)
class Absent:
    """No fact yet."""

    kind: Literal["absent"] = "absent"


@dataclass(frozen=True)
class Created:
    card: Card
    kind: Literal["created"] = "created"


@dataclass(frozen=True)
class Uploaded:
    card: Card
    upload: Upload
    kind: Literal["uploaded"] = "uploaded"


@dataclass(frozen=True)
class Queued:
    card: Card
    upload: Upload
    plan: Plan
    awaited: Awaited
    kind: Literal["queued"] = "queued"


@dataclass(frozen=True)
class InProgress:
    card: Card
    upload: Upload
    plan: Plan
    awaited: Awaited
    kind: Literal["in_progress"] = "in_progress"


@dataclass(frozen=True)
class Completed:
    """Encoded, not yet confirmed."""

    card: Card
    upload: Upload
    plan: Plan
    awaited: Awaited
    kind: Literal["completed"] = "completed"


@dataclass(frozen=True)
class Succeeded:
    card: Card
    upload: Upload
    media: Media
    plan: Plan
    awaited: Awaited
    kind: Literal["succeeded"] = "succeeded"


@dataclass(frozen=True)
class Watchable:
    card: Card
    upload: Upload
    media: Media
    kind: Literal["watchable"] = "watchable"


@dataclass(frozen=True)
class Failed:
    card: Card
    upload: Upload
    failure: Failure
    kind: Literal["failed"] = "failed"


Known = Created | Uploaded | Queued | InProgress | Completed | Succeeded | Watchable | Failed
Waiting = Queued | InProgress | Completed | Succeeded
Video = Absent | Known

INITIAL = Absent()
#: Raise it when the shape of the states changes; carried states of another version are folded anew.
STATE_VERSION = 1


def awaited(state: Video) -> Awaited | None:
    """Answer the timer that the state waits for, if it waits."""
    return state.awaited if isinstance(state, Waiting) else None


# -- commands ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Create:
    """Open a video without bytes."""

    opening: Opening


@dataclass(frozen=True)
class UploadLink:
    """Open a video whose bytes are behind a link."""

    opening: Opening
    source: Source


@dataclass(frozen=True)
class UploadFile:
    """The bytes of an open video have arrived; `key` names the upload."""

    key: str
    source: Source
    media: Media | None
    defect: Failure | None


@dataclass(frozen=True)
class Queue:
    """Take an uploaded video into the encoder, with its plan."""

    plan: Plan


@dataclass(frozen=True)
class Step:
    """The timer of this generation has fired: go one state on."""

    generation: int


Command = Create | UploadLink | UploadFile | Queue | Step


Decision = VideoFact | Refused | Unchanged

# -- decide ------------------------------------------------------------------------------------


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
        return VideoUploaded(
            opening=None,
            upload_key=command.key,
            source=command.source,
            media=command.media,
            defect=command.defect,
        )
    if state.upload.key == command.key:
        return Unchanged()
    return Refused("conflict", "this video has its bytes already; create another video")


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
        case InProgress(plan=Plan(failure=Failure() as failure)):
            return VideoProcessFailed(failure=failure)
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


# -- evolve ------------------------------------------------------------------------------------


def evolve(state: Video, fact: VideoFact, stamp: Stamp) -> Video:
    """Answer the state after a fact; the stamp says whose it is and when it happened."""
    if isinstance(state, Absent):
        return _born(fact, stamp)
    card = replace(state.card, version=state.card.version + 1, updated_at=stamp.at)
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
            return Failed(card, upload, failure)
        case Completed(upload=upload, plan=plan), VideoProcessSucceeded(media=media, next_at=due):
            return Succeeded(card, upload, media, plan, Awaited(card.version, due))
        case Succeeded(upload=upload, media=media), VideoReadyToWatch():
            return Watchable(card, upload, media)
        case _:
            raise BrokenLog(f"{fact.type} cannot follow on a video that is {state.kind}")


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
