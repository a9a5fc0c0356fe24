"""Every moment between two effects of a worker, as data: where the crash tests strike."""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from nats.aio.msg import Msg

from telecine.delivery import parking
from telecine.delivery.fetching import Fetching
from telecine.delivery.wishes import Wishes
from telecine.shared.log.eventlog import EventLog
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pipelining import Pipeline
from telecine.subscriptions.view import EndpointView
from telecine.transcoder import handlers as transcoder
from tests.delivery import effects as delivery
from tests.failpoints import Effect, Moment

Stream = Literal["VIDEOS", "DELIVERIES", "DUE"]


@dataclass(frozen=True)
class Point:
    """A moment of a worker. `repeated`: a crash there makes the receiver see an attempt twice.

    `holds` is the stream whose message is not acknowledged yet; None behind its acknowledgement.
    """

    name: str
    effect: Effect
    moment: Moment
    holds: Stream | None
    repeated: bool = False


def points(holds: Stream, named: dict[str, Effect]) -> list[Point]:
    """Answer the moments before and after each effect of handling one message of a stream."""
    moments: tuple[Moment, ...] = get_args(Moment)
    return [
        Point(f"{moment} {name}", effect, moment, None if done else holds)
        for name, effect in named.items()
        for moment in moments
        for done in [effect.name in {"ack", "ack_all"} and moment == "after"]
    ]


def second(effect: Effect) -> Effect:
    """Answer the same effect of the second attempt."""
    return replace(effect, skip=1)


def _consumed_by(durable: str) -> Any:
    def is_its(_: Any, message: Msg) -> bool:
        return bool(message.metadata.consumer == durable)

    return is_its


def _appends(event_type: str) -> Any:
    return lambda _, __, fact, *___: fact.type == event_type


FIRST_ATTEMPT = {
    "secret had": delivery.UNLOCKED,
    "webhook sent": delivery.SENT,
    "attempt recorded": delivery.RECORDED,
    "failure told": delivery.TOLD,
    "timer set": delivery.TIMER_SET,
    "request acknowledged": delivery.ACKNOWLEDGED,
}
RETRY = {
    "record read": delivery.RECORD_READ,
    "endpoint found": delivery.FOUND,
    "webhook sent again": second(delivery.SENT),
    "retry recorded": second(delivery.RECORDED),
    "success told": second(delivery.TOLD),
    "timer acknowledged": second(delivery.ACKNOWLEDGED),
}
#: Behind a first crash, right after the first attempt was recorded.
FOLLOWING_UP = {
    "record read": delivery.RECORD_READ,
    "last attempt read": delivery.LAST_READ,
    "timer set": delivery.TIMER_SET,
    "failure told": delivery.TOLD,
    "request acknowledged": delivery.DISMISSED,
}
DISCARD = {
    "discard recorded": second(delivery.RECORDED),
    "timer acknowledged": delivery.DISMISSED,
}
#: The first effects of their kind are those of the first attempt.
RESEND = {
    "delivery read": delivery.RECORD_READ,
    "wish recorded": Effect(Wishes, "add"),
    "endpoint's timer set": Effect(parking, "set_timer"),
    "endpoint's gate claimed": Effect(Fetching, "claimed"),
    "wish read": Effect(Wishes, "next"),
    "webhook resent": second(delivery.SENT),
    "resend recorded": second(delivery.RECORDED),
    "resend told": second(delivery.TOLD),
    "timer moved on": second(delivery.TIMER_SET),
    "wish forgotten": Effect(Wishes, "done"),
    "endpoint's gate at rest": Effect(Fetching, "rest"),
    "firing acknowledged": delivery.DISMISSED,
}
#: Between these two the answer is known to the worker alone.
_LOST = {
    f"{moment} {name}"
    for moment, name in [
        ("after", "webhook sent"),
        ("before", "attempt recorded"),
        ("after", "webhook sent again"),
        ("before", "retry recorded"),
        ("after", "webhook resent"),
        ("before", "resend recorded"),
    ]
}
DELIVERING = [
    replace(point, repeated=point.name in _LOST)
    for point in [*points("DELIVERIES", FIRST_ATTEMPT), *points("DUE", RETRY)]
]

RESENDING = [replace(point, repeated=point.name in _LOST) for point in points("DUE", RESEND)]

MATCHING = points(
    "VIDEOS",
    {
        "endpoints read": Effect(EndpointView, "mark"),
        "first owed": Effect(Pipeline, "_send"),
        "second owed": Effect(Pipeline, "_send", skip=1),
        "all owed": Effect(Bus, "publish_all"),
        "fact acknowledged": Effect(Bus, "ack", _consumed_by("subscriptions-matching")),
    },
)

QUEUEING = points(
    "VIDEOS",
    {
        "wish obeyed": Effect(transcoder, "obey"),
        "queueing appended": Effect(EventLog, "append", _appends("video.ready_for_processing")),
        "first timer set": Effect(transcoder, "set_timer"),
        "upload acknowledged": Effect(Bus, "ack", _consumed_by("transcoder-uploaded")),
    },
)

STEPS = points(
    "DUE",
    {
        "step obeyed": Effect(transcoder, "obey", skip=1),
        "step appended": Effect(EventLog, "append", _appends("video.in_progress")),
        "second timer set": Effect(transcoder, "set_timer", skip=1),
        "step acknowledged": Effect(Bus, "ack", _consumed_by("transcoder-due")),
        "last fact appended": Effect(EventLog, "append", _appends("video.ready_to_watch")),
    },
)
