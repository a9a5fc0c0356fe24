"""What is owed to an endpoint: the message that carries one delivery to whoever sends it.

It is complete: the rendered body as it goes out, and in its headers whose it is and why. Who only
forwards the body never decodes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal, cast, get_args

from telecine.shared.answers import Stored
from telecine.shared.bus import Bus
from telecine.shared.cloudevents import cloudevent
from telecine.shared.errors import BrokenMessage
from telecine.shared.pipelining import Outgoing, head_of

#: Why it is owed: it happened; somebody wants to try the endpoint; a range of events is sent again.
Origin = Literal["first", "test", "replay"]


@dataclass(frozen=True)
class Owed:
    """One event owed to one endpoint. `at` is the event's virtual time, `matched_at` the wall's.

    `event_sequence` is the event's position in its log, `endpoint_sequence` the endpoint's last fact's:
    who sends must know the endpoint at least that far. `predecessor` is the delivery that must have
    ended before this one is attempted, where the endpoint asks for order. `trigger` is that of the
    first attempt; a test has one attempt and no retry.
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

    @property
    def subject(self) -> str:
        what = "replay" if self.trigger == "replay" else "requested"
        return f"delivery.{what}.{self.org}.{self.endpoint_id}"


def owed_headers(owed: Owed) -> dict[str, str]:
    """Answer the headers of what is owed."""
    return {
        "ce-id": owed.delivery_id,
        **_of_its_own(owed),
        **_of_endpoint(owed.org, owed.endpoint_id, owed.endpoint_sequence, owed.platform),
        **_of_event(
            owed.event_id, owed.event_type, owed.event_sequence, owed.video_id, owed.correlation_id
        ),
        **_of_times(owed.at, owed.matched_at),
    }


def _of_its_own(owed: Owed) -> dict[str, str]:
    own = {}
    if owed.predecessor:
        own["telecine-predecessor"] = owed.predecessor
    if owed.trigger != "first":
        own["telecine-trigger"] = owed.trigger
    return own


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
            head_of(own) if (own := _of_its_own(owed)) else b"",
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


def parse_owed(subject: str, headers: Mapping[str, str], body: bytes) -> Owed:
    """Read what is owed. Raises BrokenMessage."""
    try:
        _, _, org, endpoint_id = subject.split(".")
        fields = {
            "delivery_id": headers["ce-id"],
            "org": org,
            "endpoint_id": endpoint_id,
            "endpoint_sequence": int(headers["telecine-endpoint-sequence"]),
            "platform": headers["telecine-platform"],
            "event_id": headers["ce-causationid"],
            "event_type": headers["telecine-event-type"],
            "event_sequence": int(headers["telecine-event-sequence"]),
            "video_id": headers["telecine-video"],
            "at": datetime.fromisoformat(headers["ce-time"]),
            "matched_at": datetime.fromisoformat(headers["telecine-matched-at"]),
            "correlation_id": headers["ce-correlationid"],
            "body": body,
            "predecessor": headers.get("telecine-predecessor"),
            "trigger": _origin(headers.get("telecine-trigger", "first")),
        }
    except (KeyError, ValueError) as error:
        raise BrokenMessage(f"{subject} is not a delivery: {error}") from error
    # Past its constructor, which sets a frozen object's fields one by one: for every webhook.
    owed = object.__new__(Owed)
    owed.__dict__.update(fields)
    return owed


def _origin(text: str) -> Origin:
    if text not in get_args(Origin):
        raise ValueError(f"{text!r} is no trigger")
    return cast("Origin", text)
