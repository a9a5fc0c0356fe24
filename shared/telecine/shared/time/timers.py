"""Due times: set by whoever waits, held and fired by the clock service, and by nobody else.

A timer is a message on a subject of its own for each generation, never replaced; the generation is
the version of the fact that set it, or the attempt's number (docs/decisions, DESIGN §4).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from nats.aio.msg import Msg

from telecine.shared.errors import BrokenMessage
from telecine.shared.observing.tracing import kept
from telecine.shared.wire.answers import SubjectTaken
from telecine.shared.wire.bus import Bus

TimerClass = Literal["chain", "shared"]


@dataclass(frozen=True)
class Timer:
    """A due time of `service` under `key`. `due` is virtual.

    Timers of one `lane` never run side by side; class `shared` decides what lanes share, alone.
    Setting again is the next generation; the highest one of a key counts. `trace` is the context of
    the trace that it was set in, for its firing to go on in.
    """

    service: str
    key: str
    generation: int
    due: datetime
    lane: str
    payload: Mapping[str, Any]
    timer_class: TimerClass = "chain"
    trace: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def id(self) -> str:
        return f"{self.service}.{self.key}.{self.generation}"


@dataclass(frozen=True)
class Fired:
    """A timer that is due, on its way to who set it; `due` is its handler's now."""

    key: str
    generation: int
    due: datetime
    payload: Mapping[str, Any]


def timer_body(timer: Timer) -> dict[str, Any]:
    """Answer what a held timer's message says."""
    return {
        "due": timer.due.isoformat(),
        "lane": timer.lane,
        "class": timer.timer_class,
        "payload": dict(timer.payload),
    }


async def set_timer(bus: Bus, timer: Timer) -> None:
    """Hold a due time. Setting the same generation again changes nothing."""
    try:
        await bus.publish(f"timer.{timer.id}", json.dumps(timer_body(timer)).encode())
    except SubjectTaken:
        return


async def cancel_timer(bus: Bus, service: str, key: str, generation: int) -> None:
    """Forget the timer of a key: an empty message at the generation behind the last one set."""
    try:
        await bus.publish(f"timer.{service}.{key}.{generation}", b"")
    except SubjectTaken:
        return


def parse_timer(
    subject: str, body: bytes, headers: Mapping[str, str] | None = None
) -> Timer | None:
    """Read a held timer; None for a cancellation. Raises BrokenMessage."""
    try:
        _, service, key, generation = subject.split(".")
        if not body:
            return None
        content = json.loads(body)
        return Timer(
            service=service,
            key=key,
            generation=int(generation),
            due=_moment(content["due"]),
            lane=content["lane"],
            payload=content["payload"],
            timer_class=content["class"],
            trace=kept(headers),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenMessage(f"{subject} is not a timer: {error}") from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:  # it cannot be compared with any other
        raise ValueError(f"{text} has no zone")
    return moment


def fired_headers(timer: Timer) -> dict[str, str]:
    """Answer the headers of a due message."""
    return {
        "telecine-due": timer.due.isoformat(),
        "telecine-generation": str(timer.generation),
        "telecine-lane": timer.lane,
        "telecine-class": timer.timer_class,
    }


def parse_fired(message: Msg) -> Fired:
    """Read a due message. Raises BrokenMessage."""
    try:
        fields = message.headers or {}
        return Fired(
            key=message.subject.split(".")[2],
            generation=int(fields["telecine-generation"]),
            due=_moment(fields["telecine-due"]),
            payload=json.loads(message.data),
        )
    except (KeyError, ValueError, IndexError) as error:
        raise BrokenMessage(f"{message.subject} is not a due timer: {error}") from error
