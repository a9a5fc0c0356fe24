"""The headers of each kind of message, as the code that sends them makes them for a sample."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from telecine.shared.events import Fact, Stamp
from telecine.shared.log import envelope
from telecine.shared.log.envelope import Kind, Trace
from telecine.shared.sending.owed import Owed, owed_headers
from telecine.shared.time.timers import Timer, fired_headers
from telecine.shared.wire.cloudevents import cloudevent

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
EVENT, VIDEO, ENDPOINT = (
    "8e1f0cd2a0b34f9d93c5b3b9cbb54c1d",
    "0b0f9a34-7a0c-4b2c-9a62-58b0f1a3c9de",
    "65ba2b40a1b2c3d4e5f60718",
)
_OWED = Owed(
    delivery_id=EVENT,
    org="demo",
    endpoint_id=ENDPOINT,
    endpoint_sequence=4,
    platform="omega",
    event_id=EVENT,
    event_type="video.uploaded",
    event_sequence=17,
    video_id=VIDEO,
    at=AT,
    matched_at=AT,
    correlation_id="c-1",
    body=b"",
)
TIMER = Timer("transcoder", VIDEO, 3, AT, f"video:{VIDEO}", {"org": "demo", "correlation": "c-1"})

#: What each header says. One that is sent and not described here fails the generator.
_ABOUT = {
    "ce-specversion": "CloudEvents version.",
    "ce-id": "The event's id; also `Nats-Msg-Id`, so a repetition is not stored twice.",
    "ce-type": "The event's type, the start of its subject.",
    "ce-source": "Whose it is.",
    "ce-subject": "The id of what it is about.",
    "ce-time": "When it happened, in virtual time (RFC 3339).",
    "ce-causationid": "The id of the direct cause.",
    "ce-correlationid": "The id of the wish at the chain's start.",
    "content-type": "The body's media type.",
    "telecine-schema": "The schema version of the fact in the body.",
    "telecine-endpoint-sequence": "The endpoint's last fact, which the sender must have seen.",
    "telecine-event-sequence": "The event's position in its log.",
    "telecine-event-type": "The event's type.",
    "telecine-matched-at": "When it was matched, on the wall (RFC 3339).",
    "telecine-platform": "The platform whose endpoint it is.",
    "telecine-video": "The video's id.",
    "telecine-trigger": "Why it is owed, if not because it has happened just now.",
    "telecine-due": "The timer's due time: its handler's now (virtual, RFC 3339).",
    "telecine-generation": "The timer's generation.",
    "telecine-lane": "What must not run side by side.",
    "telecine-class": "`chain`, or `shared` for what lanes share.",
    "telecine-error": "`refused` or `unavailable`.",
    "telecine-refusal": "The code of the refusal.",
}
#: On every message while traces are exported (W3C Trace Context, CloudEvents distributed tracing).
_TRACE = ("traceparent", "tracestate")
_FIXED = {"ce-specversion", "ce-type", "content-type", "telecine-error"}


def schema(sample: Mapping[str, str]) -> dict[str, Any]:
    """Answer the schema of headers like a sample's; those of the trace may be there as well."""
    known: dict[str, Any] = {name: _one(name, value) for name, value in sample.items()}
    traced = {name: {"type": "string", "description": "W3C Trace Context."} for name in _TRACE}
    if "ce-id" in sample:
        traced |= {f"ce-{name}": each for name, each in traced.items()}
    return {"type": "object", "required": list(sample), "properties": known | traced}


def _one(name: str, value: str) -> dict[str, Any]:
    said = {"type": "string", "description": _ABOUT[name]}
    return {**said, "const": value} if name in _FIXED else {**said, "examples": [value]}


def of_fact(kind: Kind[Any, Any], fact: type[Fact]) -> dict[str, str]:
    """Answer the headers of an aggregate's fact."""
    stamp, trace = Stamp("demo", VIDEO, AT), Trace(EVENT, "c-1")
    return envelope.headers(kind, EVENT, fact, stamp, trace)


def of_attempt(fact: type[Fact]) -> dict[str, str]:
    """Answer the headers of news about an attempt."""
    source = "/telecine/demo/delivery"
    event = cloudevent(
        EVENT, fact.type, source, subject=ENDPOINT, at=AT, cause=EVENT, correlation="c-1"
    )
    return event | {"telecine-schema": str(fact.schema_version)}


def of_clock(fact: type[Fact]) -> dict[str, str]:
    """Answer the headers of a fact of the clock."""
    event = cloudevent(EVENT, fact.type, "/telecine/clock", at=AT)
    return event | {"telecine-schema": str(fact.schema_version)}


def of_owed() -> dict[str, str]:
    """Answer the headers of what is owed to an endpoint."""
    return owed_headers(_OWED)


def of_replayed() -> dict[str, str]:
    """Answer the headers of what is owed to an endpoint once more, or after all."""
    return owed_headers(replace(_OWED, trigger="replay"))


def of_due() -> dict[str, str]:
    """Answer the headers of a timer that has fired."""
    return fired_headers(TIMER)
