"""What is owed to an endpoint: the message that carries one delivery to whoever sends it.

It is complete: the rendered body as it goes out, and in its headers whose it is and why. Who only
forwards the body never decodes it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, cast, get_args

from nats.aio.msg import Msg

from telecine.shared.errors import BrokenMessage
from telecine.shared.wire.answers import Stored
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.cloudevents import cloudevent
from telecine.shared.wire.lean_client import LeanMsg
from telecine.shared.wire.pipelining import Outgoing, head_of

#: Why it is owed: it happened; somebody wants to try the endpoint; a range of events is sent again.
Origin = Literal["first", "test", "replay"]


@dataclass(slots=True)  # not frozen, since one is made for each webhook
class Owed:
    """One event owed to one endpoint. `at` is the event's virtual time, `matched_at` the wall's.

    `event_sequence` is the event's position in its log, `endpoint_sequence` the endpoint's last fact's:
    who sends must know the endpoint at least that far. `predecessor` is the delivery that must have
    ended before this one is attempted, where the endpoint asks for order. `trigger` is that of the
    first attempt; a test has one attempt and no retry. `again`: it may have been owed before, and have
    been done with since; who sends looks at the record first.
    """

    delivery_id: str
    org: str
    endpoint_id: str
    endpoint_sequence: int
    platform: str
    event_id: str
    event_type: str
    event_sequence: int
    video_id: str
    at: datetime
    matched_at: datetime
    correlation_id: str
    body: bytes
    predecessor: str | None = None
    trigger: Origin = "first"
    again: bool = False

    @property
    def subject(self) -> str:
        what = "replay" if self.trigger == "replay" else "requested"
        return f"delivery.{what}.{self.org}.{self.endpoint_id}"


def owed_headers(owed: Owed) -> dict[str, str]:
    """Answer the headers of what is owed."""
    return {
        "ce-id": owed.delivery_id,
        **_of_chain(owed.predecessor),
        **_of_origin(owed.trigger, owed.again),
        **_of_endpoint(owed.org, owed.endpoint_id, owed.endpoint_sequence, owed.platform),
        **_of_event(
            owed.event_id, owed.event_type, owed.event_sequence, owed.video_id, owed.correlation_id
        ),
        **_of_times(owed.at, owed.matched_at),
    }


def _of_chain(predecessor: str | None) -> dict[str, str]:
    return {"telecine-predecessor": predecessor} if predecessor else {}


def _of_origin(trigger: Origin, again: bool) -> dict[str, str]:
    own = {} if trigger == "first" else {"telecine-trigger": str(trigger)}
    return own | {"telecine-again": "true"} if again else own


def _of_endpoint(org: str, endpoint_id: str, sequence: int, platform: str) -> dict[str, str]:
    event = cloudevent(
        "",
        "delivery.requested",
        f"/telecine/{org}/subscriptions",
        subject=endpoint_id,
        is_json=False,
    )
    del event["ce-id"]
    return event | {
        "telecine-endpoint-sequence": str(sequence),
        "telecine-platform": platform,
    }


def _of_event(
    event_id: str, event_type: str, sequence: int, video_id: str, correlation_id: str
) -> dict[str, str]:
    return {
        "ce-causationid": event_id,
        "ce-correlationid": correlation_id,
        "telecine-event-sequence": str(sequence),
        "telecine-event-type": event_type,
        "telecine-video": video_id,
    }


def _of_times(at: datetime, matched_at: datetime) -> dict[str, str]:
    return {"ce-time": at.isoformat(), "telecine-matched-at": matched_at.isoformat()}


def outgoing(owed: Owed, trace: Mapping[str, str] | None = None) -> Outgoing:
    """Answer the message of what is owed, going on in a trace; its id keeps a repetition out."""
    head = b"".join(
        (
            b"ce-id: %b\r\n" % owed.delivery_id.encode(),
            head_of(_of_chain(owed.predecessor)) if owed.predecessor else b"",
            _head_of_origin(owed.trigger, owed.again),
            _head_of_endpoint(owed.org, owed.endpoint_id, owed.endpoint_sequence, owed.platform),
            _head_of_event(
                owed.event_id,
                owed.event_type,
                owed.event_sequence,
                owed.video_id,
                owed.correlation_id,
            ),
            _head_of_times(owed.at, owed.matched_at),
        )
    )
    return Outgoing(owed.subject, owed.body, head, owed.delivery_id, trace or {})


@lru_cache(maxsize=8)
def _head_of_origin(trigger: Origin, again: bool) -> bytes:
    return head_of(_of_origin(trigger, again))


# What the deliveries of one event, or to one endpoint, have in common is written once: there are
# thousands a second.


@lru_cache(maxsize=20_000)
def _head_of_endpoint(org: str, endpoint_id: str, sequence: int, platform: str) -> bytes:
    return head_of(_of_endpoint(org, endpoint_id, sequence, platform))


@lru_cache(maxsize=256)
def _head_of_event(
    event_id: str, event_type: str, sequence: int, video_id: str, correlation_id: str
) -> bytes:
    return head_of(_of_event(event_id, event_type, sequence, video_id, correlation_id))


@lru_cache(maxsize=256)
def _head_of_times(at: datetime, matched_at: datetime) -> bytes:
    return head_of(_of_times(at, matched_at))


async def owe(bus: Bus, owed: Owed) -> Stored:
    """Publish what is owed; the delivery's id keeps a repetition out."""
    return await bus.publish(
        owed.subject, owed.body, headers=owed_headers(owed), message_id=owed.delivery_id
    )


def read_owed(message: Msg) -> Owed:
    """Read what is owed from a message, however its headers are written. Raises BrokenMessage."""
    match = None
    if isinstance(message, LeanMsg) and message.head.isascii():
        match = _FORM.fullmatch(message.head.decode())
    if match is None:
        return parse_owed(message.subject, message.headers or {}, message.data)
    return _read(message.subject, match.groups(), message.data)


def parse_owed(subject: str, headers: Mapping[str, str], body: bytes) -> Owed:
    """Read what is owed from headers. Raises BrokenMessage."""
    try:
        texts = [
            headers.get(name) if field in _OPTIONAL else headers[name]
            for field, name in _NAMES.items()
        ]
    except KeyError as error:
        raise BrokenMessage(f"{subject} is not a delivery: {error}") from error
    return _read(subject, texts, body)


def _read(subject: str, texts: Sequence[Any], body: bytes) -> Owed:
    """Make of texts, in the order of `_NAMES`, what they say."""
    id_, after, trigger, again, known, platform, event, *rest = texts
    correlation, place, type_, video, at, matched = rest
    try:
        _, _, org, endpoint_id = subject.split(".")
        return Owed(
            id_,
            org,
            endpoint_id,
            int(known),
            platform,
            event,
            type_,
            int(place),
            video,
            datetime.fromisoformat(at),
            datetime.fromisoformat(matched),
            correlation,
            body,
            after,
            _origin(trigger or "first"),
            again is not None,
        )
    except ValueError as error:
        raise BrokenMessage(f"{subject} is not a delivery: {error}") from error


def _origin(text: str) -> Origin:
    if text not in _ORIGINS:
        raise ValueError(f"{text!r} is no trigger")
    return cast("Origin", text)


_ORIGINS = frozenset(get_args(Origin))
#: The headers by field, in the order in which `outgoing` writes them.
_NAMES = {
    "delivery_id": "ce-id",
    "predecessor": "telecine-predecessor",
    "trigger": "telecine-trigger",
    "again": "telecine-again",
    "endpoint_sequence": "telecine-endpoint-sequence",
    "platform": "telecine-platform",
    "event_id": "ce-causationid",
    "correlation_id": "ce-correlationid",
    "event_sequence": "telecine-event-sequence",
    "event_type": "telecine-event-type",
    "video_id": "telecine-video",
    "at": "ce-time",
    "matched_at": "telecine-matched-at",
}
#: The fields of those that not every delivery has.
_OPTIONAL = ("predecessor", "trigger", "again")


def _form() -> re.Pattern[str]:
    """Answer what `outgoing` writes, with gaps: to read a message by it takes a third of what reading its
    headers one by one does."""
    now, gap = datetime.min.replace(tzinfo=UTC), "[!-~]+"
    some = Owed("", "", "", 0, "", "", "", 0, "", now, now, "", b"", "", "first")
    gaps = dict.fromkeys(_NAMES.values(), f"({gap})")
    names = [line.partition(":")[0] for line in outgoing(some).head.decode().splitlines()]
    form = [f"{re.escape(name)}: {gaps.get(name, gap)}\r\n" for name in names]
    form[1:1] = [f"(?:{_NAMES[field]}: ({gap})\r\n)?" for field in _OPTIONAL]
    return re.compile(f"NATS/1[.]0\r\n{''.join(form)}Nats-Msg-Id: {gap}\r\n\r\n")


_FORM = _form()
