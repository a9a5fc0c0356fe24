"""Which fact follows from which command about a live stream."""

import math
from datetime import datetime, timedelta
from typing import assert_never

from telecine.shared.aggregates.live.commands import (
    Command,
    Create,
    Delete,
    Move,
    Serve,
    Start,
    Step,
    Stop,
)
from telecine.shared.aggregates.live.states import (
    Absent,
    Broadcast,
    Completed,
    Deleted,
    Disconnected,
    Failed,
    Live,
    Living,
    Ready,
    Recording,
    Requested,
    Scheduled,
    Starting,
    Stopped,
    Streaming,
    awaited,
    on_air,
)
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.events.live import (
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
    Trim,
)
from telecine.shared.events.video import Failure, Media

NO_SUCH = Refused("not_found", "no such live stream")

#: From here on a number of seconds is a moment (Unix time) and not a length.
EPOCH = 1_000_000_000

Decision = LiveFact | Refused | Unchanged


def decide(state: Live, command: Command, now: datetime) -> Decision:
    """Answer the one fact that follows, or why none does. `now` is the fact's virtual time."""
    if isinstance(command, Create):
        return _create(state, command.opening)
    if isinstance(state, Absent | Deleted):
        # A message about a stream that was deleted meanwhile is nothing to wonder about.
        return Unchanged() if isinstance(command, Serve | Step) else NO_SUCH
    match command:
        case Start():
            return _start(state)
        case Serve(plan):
            return _serve(state, plan, now)
        case Step(generation):
            return _step(state, generation, now)
        case Stop(trim):
            return _stop(state, trim, now)
        case Move(folder):
            return Unchanged() if folder == state.card.folder else LiveMoved(folder=folder)
        case Delete():
            return LiveDeleted()
        case _:
            assert_never(command)


def _create(state: Live, opening: LiveOpening) -> Decision:
    if isinstance(state, Absent):
        return LiveCreated(opening=opening)
    if isinstance(state, Deleted):
        return Refused("conflict", "this request made a live stream that has been deleted since")
    if state.card.opening.request_key == opening.request_key:
        return Unchanged()
    return Refused("conflict", "a live stream with this id exists already")


def _start(state: Living) -> Decision:
    match state:
        case Scheduled():
            return LiveStartRequested()
        case Requested() | Starting() | Ready() | Streaming() | Disconnected():
            return Unchanged()
        case Stopped() | Recording() | Completed() | Failed():
            return Refused("conflict", "this live stream is over; create another one")
        case _:
            assert_never(state)


def _serve(state: Living, plan: LivePlan, now: datetime) -> Decision:
    if isinstance(state, Requested):
        return LiveServerStarting(plan=plan, next_at=_after(now, plan.server))
    return Unchanged()


def _step(state: Living, generation: int, now: datetime) -> Decision:
    expected = awaited(state)
    if expected is None or expected.generation != generation:
        return Unchanged()
    match state:
        case Starting(plan=LivePlan(failure=Failure() as failure)):
            return LiveFailed(failure=failure)
        case Starting(plan=plan):
            return LiveServerReady(next_at=_after(now, plan.publish))
        case Ready(plan=plan):
            return LivePublishStarted(next_at=_drop(plan, 0, now))
        case Streaming(plan=plan, broadcast=broadcast):
            return LivePublishEnded(next_at=_after(now, plan.drops[broadcast.drops].back))
        case Disconnected(plan=plan, broadcast=broadcast):
            return LivePublishStarted(next_at=_drop(plan, broadcast.drops, now))
        case Stopped(broadcast=None):
            return LiveCompleted(recording=None)
        case Stopped(plan=plan):
            return LiveRecordingStarted(next_at=_after(now, plan.transcode))
        case Recording(card=card, plan=plan):
            kept = recording(plan, state.broadcast, state.trim) if card.opening.transcode else None
            return LiveCompleted(recording=kept)
        case _:
            return Unchanged()


def _drop(plan: LivePlan, done: int, now: datetime) -> datetime | None:
    return _after(now, plan.drops[done].after) if done < len(plan.drops) else None


def recording(plan: LivePlan, broadcast: Broadcast, trim: Trim | None) -> Media:
    """Answer what a broadcast leaves behind; the shortest recording has a second."""
    seconds = float(trim.end - trim.start) if trim else max(round(broadcast.seconds, 3), 1.0)
    return Media(
        width=plan.width,
        height=plan.height,
        duration=seconds,
        size=int(seconds * plan.bytes_per_second),
        entity_tag=plan.entity_tag,
    )


def _stop(state: Living, trim: Trim | None, now: datetime) -> Decision:
    match state:
        case Scheduled() | Requested() | Starting():
            return Refused("conflict", "the server is not up; wait until rtmp_url is set")
        case Failed():
            return Refused("conflict", "this live stream has failed; create another one")
        case Stopped() | Recording() | Completed():
            return Unchanged()
        case Ready() | Streaming() | Disconnected():
            kept = trim and _kept(trim, on_air(state, now))
            if isinstance(kept, Refused):
                return kept
            return LiveStopped(trim=kept, next_at=_after(now, state.plan.record))
        case _:
            assert_never(state)


def _kept(trim: Trim, broadcast: Broadcast | None) -> Trim | Refused:
    """Answer the trim in seconds from the recording's beginning, if the recording has that part."""
    if broadcast is None:
        return Refused("invalid", "nothing has been broadcast that could be trimmed", "start_time")
    begin = math.floor(broadcast.first.timestamp()) if trim.start >= EPOCH else 0
    start, end = trim.start - begin, trim.end - begin
    length = math.ceil(broadcast.seconds)
    if start < 0:
        return Refused("invalid", "the recording begins later", "start_time")
    if end > length:
        text = f"cannot exceed the duration of the live stream recording, {length} seconds"
        return Refused("invalid", text, "end_time")
    return Trim(start=start, end=end)


def _after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)
