"""How facts change a live stream."""

from dataclasses import replace
from datetime import datetime

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.live.states import (
    Absent,
    Activity,
    Broadcast,
    Card,
    Completed,
    Deleted,
    Disconnected,
    Failed,
    Known,
    Live,
    Ready,
    Recording,
    Requested,
    Scheduled,
    Starting,
    Stopped,
    Streaming,
    heard,
    on_air,
)
from telecine.shared.errors import BrokenLog
from telecine.shared.events import Stamp
from telecine.shared.events.live import (
    LiveCompleted,
    LiveCreated,
    LiveDeleted,
    LiveFact,
    LiveFailed,
    LiveMoved,
    LivePublishEnded,
    LivePublishStarted,
    LiveRecordingStarted,
    LiveServerReady,
    LiveServerStarting,
    LiveStartRequested,
    LiveStopped,
)

#: The facts that a stream's list of activities names.
_ACTIVITIES = (
    LivePublishStarted,
    LivePublishEnded,
    LiveStopped,
    LiveRecordingStarted,
    LiveCompleted,
    LiveFailed,
)


def evolve(state: Live, fact: LiveFact, stamp: Stamp) -> Live:
    """Answer the state after a fact; the stamp says whose it is and when it happened."""
    if isinstance(state, Absent):
        return _born(fact, stamp)
    card = replace(state.card, version=state.card.version + 1, updated_at=stamp.at)
    if isinstance(fact, _ACTIVITIES):
        done = Activity(fact.type, stamp.at)
        card = replace(card, activities=(*card.activities, done))
    return _served(state, fact, card, stamp.at) or _ended(state, fact, card, stamp.at)


def _born(fact: LiveFact, stamp: Stamp) -> Live:
    if not isinstance(fact, LiveCreated):
        raise BrokenLog(f"{fact.type} cannot be the first fact of a live stream")
    card = Card(stamp.org, stamp.id, 1, fact.opening, stamp.at, stamp.at)
    return Scheduled(card) if fact.opening.scheduled else Requested(card)


def _served(state: Known, fact: LiveFact, card: Card, at: datetime) -> Live | None:
    """Answer the state after a fact of server or broadcaster; None if it is none of theirs."""
    match state, fact:
        case Scheduled(), LiveStartRequested():
            return Requested(card)
        case Requested(), LiveServerStarting(plan=plan, next_at=due):
            return Starting(card, plan, Awaited(card.version, due))
        case Starting(), LiveFailed(failure=failure):
            return Failed(card, failure)
        case Starting(plan=plan), LiveServerReady(next_at=due):
            return Ready(card, plan, Awaited(card.version, due))
        case Ready(plan=plan), LivePublishStarted(next_at=due):
            return Streaming(card, plan, Broadcast(at), at, _awaited(card, due))
        case Disconnected(plan=plan, broadcast=broadcast), LivePublishStarted(next_at=due):
            return Streaming(card, plan, broadcast, at, _awaited(card, due))
        case Streaming(plan=plan) as live, LivePublishEnded(next_at=due):
            sent = heard(live.broadcast, live.since, at)
            broken = replace(sent, drops=sent.drops + 1)
            return Disconnected(card, plan, broken, Awaited(card.version, due))
        case _:
            return None


def _ended(state: Known, fact: LiveFact, card: Card, at: datetime) -> Live:
    """Answer the state after a fact of a stream's end, or of what may happen to it at any time."""
    match state, fact:
        case ((Ready() | Streaming() | Disconnected()), LiveStopped(trim=trim, next_at=due)):
            sent = on_air(state, at)
            return Stopped(card, state.plan, sent, trim, Awaited(card.version, due))
        case Stopped(broadcast=Broadcast() as sent) as over, LiveRecordingStarted(next_at=due):
            return Recording(card, over.plan, sent, over.trim, Awaited(card.version, due))
        case ((Stopped(broadcast=None) | Recording()), LiveCompleted(recording=recording)):
            return Completed(card, recording)
        case Deleted(), _:
            raise BrokenLog(f"{fact.type} cannot follow on a live stream that is deleted")
        case _, LiveMoved(folder=folder):
            return replace(state, card=replace(card, folder=folder))
        case _, LiveDeleted():
            return Deleted(card)
        case _:
            raise BrokenLog(f"{fact.type} cannot follow on a live stream that is {state.kind}")


def _awaited(card: Card, due: datetime | None) -> Awaited | None:
    return Awaited(card.version, due) if due else None
