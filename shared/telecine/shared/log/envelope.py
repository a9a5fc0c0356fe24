"""How a fact travels: CloudEvents headers (binary mode), and a body of the fact and the state after it.

The state saves every reader the question "and what is it now?"; the fold over the facts stays the
truth (DESIGN §2). Source of the header names: CloudEvents 1.0.2, NATS protocol binding.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from telecine.shared.errors import BrokenMessage
from telecine.shared.events import Fact, Stamp
from telecine.shared.wire.cloudevents import cloudevent

S = TypeVar("S")
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Kind(Generic[S, F]):
    """A kind of aggregate: where its facts live and how they are read and folded."""

    name: str
    stream: str
    initial: S
    evolve: Callable[[S, F, Stamp], S]
    facts: Mapping[str, type[F]]
    state: TypeAdapter[S]
    state_version: int

    def filter(self, org: str, aggregate_id: str) -> str:
        """Answer the subject filter of one aggregate's facts."""
        return f"{self.name}.*.{org}.{aggregate_id}"


@dataclass(frozen=True)
class Trace:
    """Why something happens: the id of its direct cause, and of the wish at the chain's start."""

    causation_id: str
    correlation_id: str


@dataclass(frozen=True)
class Recorded(Generic[S, F]):
    """A fact in the log. `at` is virtual time, `stored_at` the server's; `sequence` its position.

    `state` is the state after it, or None if it was carried in a version that we do not trust.
    """

    id: str
    fact: F
    stamp: Stamp
    version: int
    state: S | None
    trace: Trace
    sequence: int
    stored_at: datetime


def subject(fact: Fact, stamp: Stamp) -> str:
    """Answer the subject of a fact: its type, then whose it is."""
    return f"{fact.type}.{stamp.org}.{stamp.id}"


def headers(
    kind: Kind[S, F], event_id: str, fact: F, stamp: Stamp, trace: Trace
) -> dict[str, str]:
    """Answer the CloudEvents headers of a fact."""
    return cloudevent(
        event_id,
        fact.type,
        f"/telecine/{stamp.org}/{kind.name}",
        subject=stamp.id,
        at=stamp.at,
        cause=trace.causation_id,
        correlation=trace.correlation_id,
    )


def body(kind: Kind[S, F], fact: F, version: int, state: S) -> bytes:
    """Answer the body: the fact with its schema version, and the state after it with its own."""
    return json.dumps(
        {
            "schema": fact.schema_version,
            "version": version,
            "data": fact.model_dump(mode="json"),
            "state_version": kind.state_version,
            "state": kind.state.dump_python(state, mode="json"),
        },
        separators=(",", ":"),
    ).encode()


def parse(
    kind: Kind[S, F],
    subject_: str,
    raw_headers: Mapping[str, str],
    raw_body: bytes,
    *,
    sequence: int,
    stored_at: datetime,
) -> Recorded[S, F]:
    """Read a fact as it was stored. Raises BrokenMessage if it is none of this kind's."""
    try:
        _, _, org, aggregate_id = subject_.split(".")
        content: dict[str, Any] = json.loads(raw_body)
        fact = _fact(kind, raw_headers["ce-type"], content)
        trusted = content["state_version"] == kind.state_version
        return Recorded(
            id=raw_headers["ce-id"],
            fact=fact,
            stamp=Stamp(org, aggregate_id, datetime.fromisoformat(raw_headers["ce-time"])),
            version=content["version"],
            state=kind.state.validate_python(content["state"]) if trusted else None,
            trace=Trace(raw_headers["ce-causationid"], raw_headers["ce-correlationid"]),
            sequence=sequence,
            stored_at=stored_at,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenMessage(f"{subject_} at {sequence}: {error}") from error


def _fact(kind: Kind[S, F], event_type: str, content: Mapping[str, Any]) -> F:
    return kind.facts[event_type].read(content["schema"], content["data"])
