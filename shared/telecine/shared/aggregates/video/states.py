"""The states of a video: a union, so that each has exactly what it needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.events.video import Failure, Media, Plan, Privacy, Source


@dataclass(frozen=True)
class Card:
    """What every video has, whatever became of it. `version` counts its facts.

    `collection` is the folder it lies in. Deletion is a mark beside the state: processing goes on
    under it, and nobody may watch (DESIGN §2); neither it nor its revert is an update.
    """

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
    privacy: Privacy = "private"
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class Upload:
    """The bytes as they arrived: `media` or `defect` if a real file was probed."""

    key: str
    source: Source
    media: Media | None
    defect: Failure | None


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
    """Failed for good. `failed_at` stays, whatever happens to the video later."""

    card: Card
    upload: Upload
    failure: Failure
    failed_at: datetime
    kind: Literal["failed"] = "failed"


Known = Created | Uploaded | Queued | InProgress | Completed | Succeeded | Watchable | Failed
Waiting = Queued | InProgress | Completed | Succeeded
Video = Absent | Known

INITIAL = Absent()
#: Raise it when the shape of the states changes; carried states of another version are folded anew.
#: 2: a failed video knows when it failed.
STATE_VERSION = 2


def awaited(state: Video) -> Awaited | None:
    """Answer the timer that the state waits for, if it waits."""
    return state.awaited if isinstance(state, Waiting) else None
