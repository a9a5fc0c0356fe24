"""Every subject that messages go to without being asked for: facts, timers, work, signs of life."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from inspect import getdoc
from typing import Any

from telecine.shared.copies.heartbeat import Heartbeat
from telecine.shared.copies.runs import Sign
from telecine.shared.events import Fact
from telecine.shared.log.envelope import Kind
from telecine.shared.time.timers import timer_body
from telecine.shared.wire.streams import STREAMS
from telecine.simulations.spec import headers
from telecine.simulations.spec.catalogue import facts, kinds
from telecine.simulations.spec.schemas import Schema, Schemas, exactly


@dataclass(frozen=True)
class Channel:
    """A subject with its one message; `{braces}` are tokens that vary. `stream`: where it is kept."""

    address: str
    about: str
    payload: Schema
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: str | None = None

    @property
    def id(self) -> str:
        """The address without what varies, as a name in the document."""
        return ".".join(token for token in self.address.split(".") if not token.startswith("{"))


def channels(schemas: Schemas) -> list[Channel]:
    """Answer all of them. Raises LookupError if a stream would be described nowhere."""
    found = [*_facts(schemas), *_timers(), *_work(), *_others(schemas)]
    missing = {str(stream.name) for stream in STREAMS} - {channel.stream for channel in found}
    if missing:
        raise LookupError(f"streams without a channel: {', '.join(sorted(missing))}")
    return found


def _facts(schemas: Schemas) -> Iterator[Channel]:
    of_kind = {name: kind for kind in kinds() for name in kind.facts}
    for name, fact in facts().items():
        schema, kind = schemas.of(name, "serialization"), of_kind.get(name)
        about = getdoc(fact) or ""
        if kind:
            whole = _with_state(kind, fact, schema, schemas)
            place, sent = f"{name}.{{org}}.{{id}}", headers.of_fact(kind, fact)
            yield Channel(place, about, whole, sent, kind.stream)
        elif name.startswith("clock."):
            yield Channel(name, about, schema, headers.of_clock(fact), "CLOCK")
        else:
            place = f"{name}.{{org}}.{{endpoint}}"
            yield Channel(place, about, schema, headers.of_attempt(fact), "ATTEMPTS")


def _with_state(kind: Kind[Any, Any], fact: type[Fact], data: Schema, schemas: Schemas) -> Schema:
    return exactly(
        {
            "schema": {"const": fact.schema_version, "description": "The fact's schema version."},
            "version": {"type": "integer", "description": "Counts the aggregate's facts from 1."},
            "data": data,
            "state_version": {"const": kind.state_version},
            "state": schemas.of(f"{kind.name} state", "serialization"),
        },
        "The fact, and the state after it.",
    )


def _timers() -> Iterator[Channel]:
    body = exactly({name: _like(value) for name, value in timer_body(headers.TIMER).items()})
    either = {"oneOf": [body, {"type": "null", "description": "No body: the timer is cancelled."}]}
    about = "A due time that the clock holds. Of a key the highest generation counts."
    yield Channel("timer.{service}.{key}.{generation}", about, either, {}, "TIMERS")
    payload = {"type": "object", "description": "What who set the timer gave along."}
    about = (
        "A timer whose time has come, for who set it. (`due.clock.fence` is none: an empty message "
        "that only says which of several clocks may fire.)"
    )
    yield Channel("due.{service}.{key}", about, payload, headers.of_due(), "DUE")


def _work() -> Iterator[Channel]:
    rendered = {"description": "The webhook's body, as it goes out."}
    about = "An event is owed to an endpoint; the body is rendered, the headers say whose it is."
    place = "delivery.requested.{org}.{endpoint}"
    yield Channel(place, about, rendered, headers.of_owed(), "DELIVERIES")
    about = "An event of a range that is replayed: as it was owed, or would have been."
    place = "delivery.replay.{org}.{endpoint}"
    yield Channel(place, about, rendered, headers.of_replayed(), "DELIVERIES")


def _others(schemas: Schemas) -> Iterator[Channel]:
    owner = {"type": "string", "description": "The copy that owns it; empty: nobody."}
    about = (
        "Who owns what only one copy may do, or (`lease.run`) the house's run; the last counts."
    )
    either = {"oneOf": [exactly({"owner": owner}), schemas.of("run", "serialization")]}
    yield Channel("lease.{name}", about, either, {}, "LEASES")
    about, payload = getdoc(Heartbeat) or "", schemas.of("heartbeat", "serialization")
    yield Channel("heartbeat.{service}.{instance}", about, payload)
    about, payload = getdoc(Sign) or "", schemas.of("sign", "serialization")
    yield Channel("run.sign.{service}.{instance}", about, payload)


def _like(value: object) -> Schema:
    return {"type": "string" if isinstance(value, str) else "object"}
