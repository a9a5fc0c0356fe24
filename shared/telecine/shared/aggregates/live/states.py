"""What a live stream can be, state by state."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.events.live import LiveOpening, LivePlan, Trim
from telecine.shared.events.video import Failure, Media


@dataclass(frozen=True)
class Activity:
    """Something that happened on air or after, by its fact's type."""

    type: str
    at: datetime


@dataclass(frozen=True)
class Card:
    """What every live stream has. `version` counts its facts."""

    org: str
    id: str
    version: int
    opening: LiveOpening
    created_at: datetime
    updated_at: datetime
    activities: tuple[Activity, ...] = ()
    folder: str | None = None


@dataclass(frozen=True)
class Broadcast:
    """What was on air so far: since when, how many seconds, how often the connection broke."""

    first: datetime
    seconds: float = 0.0
    drops: int = 0


@dataclass(frozen=True)
class Absent:
    """No fact yet."""

    kind: Literal["absent"] = "absent"


@dataclass(frozen=True)
class Scheduled:
    card: Card
    kind: Literal["scheduled"] = "scheduled"


@dataclass(frozen=True)
class Requested:
    """Its server is wanted; nobody has begun to start one yet."""

    card: Card
    kind: Literal["requested"] = "requested"


@dataclass(frozen=True)
class Starting:
    card: Card
    plan: LivePlan
    awaited: Awaited
    kind: Literal["starting"] = "starting"


@dataclass(frozen=True)
class Ready:
    """The server waits for a broadcast."""

    card: Card
    plan: LivePlan
    awaited: Awaited
    kind: Literal["ready"] = "ready"


@dataclass(frozen=True)
class Streaming:
    """On air since `since`; without a timer until it is stopped."""

    card: Card
    plan: LivePlan
    broadcast: Broadcast
    since: datetime
    awaited: Awaited | None
    kind: Literal["streaming"] = "streaming"


@dataclass(frozen=True)
class Disconnected:
    card: Card
    plan: LivePlan
    broadcast: Broadcast
    awaited: Awaited
    kind: Literal["disconnected"] = "disconnected"


@dataclass(frozen=True)
class Stopped:
    """Ended by its owner; `broadcast` is empty if nobody ever published."""

    card: Card
    plan: LivePlan
    broadcast: Broadcast | None
    trim: Trim | None
    awaited: Awaited
    kind: Literal["stopped"] = "stopped"


@dataclass(frozen=True)
class Recording:
    card: Card
    plan: LivePlan
    broadcast: Broadcast
    trim: Trim | None
    awaited: Awaited
    kind: Literal["recording"] = "recording"


@dataclass(frozen=True)
class Completed:
    card: Card
    recording: Media | None
    kind: Literal["completed"] = "completed"


@dataclass(frozen=True)
class Failed:
    card: Card
    failure: Failure
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True)
class Deleted:
    card: Card
    kind: Literal["deleted"] = "deleted"


OnServer = Ready | Streaming | Disconnected
Waiting = Starting | OnServer | Stopped | Recording
Living = Scheduled | Requested | Waiting | Completed | Failed
Known = Living | Deleted
Live = Absent | Known

INITIAL = Absent()
STATE_VERSION = 1


def awaited(state: Live) -> Awaited | None:
    """Answer the timer that the state waits for, if it waits."""
    return state.awaited if isinstance(state, Waiting) else None


def on_air(state: OnServer, now: datetime) -> Broadcast | None:
    """Answer what was broadcast until now, if anything."""
    match state:
        case Streaming(broadcast=broadcast, since=since):
            return heard(broadcast, since, now)
        case Disconnected(broadcast=broadcast):
            return broadcast
        case _:
            return None


def heard(broadcast: Broadcast, since: datetime, until: datetime) -> Broadcast:
    """Answer a broadcast with one more time on air."""
    return replace(broadcast, seconds=broadcast.seconds + (until - since) / timedelta(seconds=1))
