"""What is owed to an endpoint: the message that carries one delivery to whoever sends it.

It is complete: the rendered body as it goes out, and in its headers whose it is and why. Who only
forwards the body never decodes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from telecine.shared.bus import Bus, Stored
from telecine.shared.cloudevents import cloudevent
from telecine.shared.errors import BrokenMessage

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
    headers = cloudevent(
        owed.delivery_id,
        "delivery.requested",
        f"/telecine/{owed.org}/subscriptions",
        subject=owed.endpoint_id,
        at=owed.at,
        cause=owed.event_id,
        correlation=owed.correlation_id,
        is_json=False,
    )
    headers |= {
        "telecine-endpoint-sequence": str(owed.endpoint_sequence),
        "telecine-event-sequence": str(owed.event_sequence),
        "telecine-event-type": owed.event_type,
        "telecine-matched-at": owed.matched_at.isoformat(),
        "telecine-platform": owed.platform,
        "telecine-video": owed.video_id,
    }
    if owed.predecessor:
        headers["telecine-predecessor"] = owed.predecessor
    if owed.trigger != "first":
        headers["telecine-trigger"] = owed.trigger
    return headers


async def owe(bus: Bus, owed: Owed) -> Stored:
    """Publish what is owed; the delivery's id keeps a repetition out."""
    return await bus.publish(
        owed.subject, owed.body, headers=owed_headers(owed), message_id=owed.delivery_id
    )


def parse_owed(subject: str, headers: Mapping[str, str], body: bytes) -> Owed:
    """Read what is owed. Raises BrokenMessage."""
    try:
        _, _, org, endpoint_id = subject.split(".")
        return Owed(
            delivery_id=headers["ce-id"],
            org=org,
            endpoint_id=endpoint_id,
            endpoint_sequence=int(headers["telecine-endpoint-sequence"]),
            platform=headers["telecine-platform"],
            event_id=headers["ce-causationid"],
            event_type=headers["telecine-event-type"],
            event_sequence=int(headers["telecine-event-sequence"]),
            video_id=headers["telecine-video"],
            at=datetime.fromisoformat(headers["ce-time"]),
            matched_at=datetime.fromisoformat(headers["telecine-matched-at"]),
            correlation_id=headers["ce-correlationid"],
            body=body,
            predecessor=headers.get("telecine-predecessor"),
            trigger=_origin(headers.get("telecine-trigger", "first")),
        )
    except (KeyError, ValueError) as error:
        raise BrokenMessage(f"{subject} is not a delivery: {error}") from error


def _origin(text: str) -> Origin:
    if text not in get_args(Origin):
        raise ValueError(f"{text!r} is no trigger")
    return cast("Origin", text)
