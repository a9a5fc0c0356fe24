"""Where virtual time stands when a run begins, and how its speed changes: facts of the clock."""

from collections.abc import Sequence
from datetime import datetime

from nats.aio.msg import Msg

from telecine.shared.errors import Conflict
from telecine.shared.events.clock import ClockFact, ClockSpeedChanged, ClockStarted
from telecine.shared.ids import hex_of
from telecine.shared.log.eventlog import direct_get
from telecine.shared.time.virtual_time import Anchor, parse_clock_fact
from telecine.shared.wire.answers import Expect, WrongSequence
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.cloudevents import cloudevent

#: Streams whose last event tells how far virtual time had come.
_WITNESSES = (
    ("VIDEOS", "video.>"),
    ("LIVES", "live.>"),
    ("JOBS", "job.>"),
    ("FOLDERS", "folder.>"),
    ("ENDPOINTS", "endpoint.>"),
    ("ATTEMPTS", "attempt.>"),
)


def resume(
    last: ClockFact | None, witnessed: Sequence[datetime], wall: datetime, speed: float | None
) -> ClockStarted:
    """Answer the fact that begins a run: time goes on from the latest moment that was seen.

    A night switched off does not pass, and a kill does not turn time back. `speed`: as wished, else
    as it was. The first run of all begins at wall time.
    """
    seen = [*witnessed, *([last.now] if last else [])]
    kept = last.speed if last else 1.0
    return ClockStarted(
        now=max(seen, default=wall), wall=wall, speed=kept if speed is None else speed
    )


def go_on(last: ClockFact, witnessed: Sequence[datetime], wall: datetime) -> ClockStarted:
    """Answer the fact that takes over a run that others still follow: time has gone on meanwhile."""
    line = Anchor(last.now, last.wall, last.speed)
    return ClockStarted(now=max([line.at(wall), *witnessed]), wall=wall, speed=last.speed)


def change(anchor: Anchor, wall: datetime, speed: float) -> ClockSpeedChanged:
    """Answer the fact that changes the speed from this moment on."""
    return ClockSpeedChanged(now=anchor.at(wall), wall=wall, speed=speed)


async def last_fact(bus: Bus) -> tuple[ClockFact | None, int]:
    """Answer the clock's last fact and its position (None, 0 in a new house)."""
    found = await direct_get(bus, "CLOCK", {"last_by_subj": "clock.*"})
    if not found:
        return None, 0
    fields = found[0].headers or {}
    fact = parse_clock_fact(fields["Nats-Subject"], found[0].data)
    return fact, int(fields["Nats-Sequence"])


async def witnesses(bus: Bus) -> list[datetime]:
    """Answer the virtual times of the last events in the log."""
    found: list[Msg] = []
    for stream, filter_ in _WITNESSES:
        found += await direct_get(bus, stream, {"last_by_subj": filter_})
    return [datetime.fromisoformat((message.headers or {})["ce-time"]) for message in found]


async def append(bus: Bus, fact: ClockFact, after: int) -> int:
    """Write a fact of the clock behind position `after`; Conflict if another clock wrote first."""
    event_id = hex_of("clock", after, fact.type, fact.model_dump_json())
    headers = cloudevent(event_id, fact.type, "/telecine/clock", at=fact.now)
    headers["telecine-schema"] = str(fact.schema_version)
    try:
        stored = await bus.publish(
            fact.type,
            fact.model_dump_json().encode(),
            headers=headers,
            message_id=event_id,
            expect=Expect(after, "clock.*"),
        )
    except WrongSequence as error:
        raise Conflict("another clock has written; there must be one") from error
    return stored.sequence
