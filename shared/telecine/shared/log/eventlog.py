"""The event log: the one place that writes facts, and the readers of what was written.

A write is guarded by the last sequence of its aggregate, so of many writers one wins. An answer
that did not come is resolved by looking for our own event behind the expected sequence.
"""

import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from telecine.shared.errors import Conflict, Unavailable
from telecine.shared.events import Fact, Stamp
from telecine.shared.ids import hex_of, is_token
from telecine.shared.log import envelope
from telecine.shared.log.envelope import Kind, Recorded, Trace
from telecine.shared.wire.answers import Expect, WrongSequence
from telecine.shared.wire.bus import Bus

S = TypeVar("S")
F = TypeVar("F", bound=Fact)

#: Facts in one answer of the server.
_PAGE = 500
#: Aggregates that we wrote last, kept for the next fact; the oldest are forgotten.
_REMEMBERED = 1000


@dataclass(frozen=True)
class Loaded(Generic[S, F]):
    """An aggregate as it stands: what the next append builds on."""

    state: S
    version: int
    sequence: int
    last: Recorded[S, F] | None

    def time(self, now: datetime) -> datetime:
        """Answer the virtual time of a next fact: never before its aggregate's last one."""
        return max(now, self.last.stamp.at) if self.last else now


class EventLog(Generic[S, F]):
    """The facts of one kind of aggregate."""

    def __init__(self, bus: Bus, kind: Kind[S, F]) -> None:
        self._bus = bus
        self.kind = kind
        self._written: OrderedDict[tuple[str, str], Loaded[S, F]] = OrderedDict()
        self._connection = bus.connected_at

    def presumed(self, org: str, aggregate_id: str) -> Loaded[S, F] | None:
        """Answer the aggregate as we last left it, if we did; somebody may have written since.

        An append may build on it, since that is guarded. Nothing else may be concluded from it.
        """
        # A server that was killed may have lost what it confirmed, and given the sequence to another.
        if self._connection != self._bus.connected_at:
            self._connection = self._bus.connected_at
            self._written.clear()
        return self._written.pop((org, aggregate_id), None)

    async def load(self, org: str, aggregate_id: str) -> Loaded[S, F]:
        """Answer the aggregate from its last fact: one get, however long its history."""
        known = is_token(org) and is_token(aggregate_id)
        last = await self._last(self.kind.filter(org, aggregate_id)) if known else None
        if last is None:
            return Loaded(self.kind.initial, 0, 0, None)
        return Loaded(await self.state_after(last), last.version, last.sequence, last)

    async def append(
        self, loaded: Loaded[S, F], fact: F, stamp: Stamp, trace: Trace
    ) -> Recorded[S, F]:
        """Write the one fact that follows `loaded`. Raises Conflict if somebody else was quicker."""
        version = loaded.version + 1
        event_id = hex_of(stamp.org, stamp.id, version, fact.type, trace.causation_id)
        state = self.kind.evolve(loaded.state, fact, stamp)
        expect = Expect(loaded.sequence, self.kind.filter(stamp.org, stamp.id))
        try:
            stored = await self._bus.publish(
                envelope.subject(fact, stamp),
                envelope.body(self.kind, fact, version, state),
                headers=envelope.headers(self.kind, event_id, fact, stamp, trace),
                message_id=event_id,
                expect=expect,
            )
        except (WrongSequence, Unavailable) as error:
            return await self._resolve(loaded, stamp, event_id, error)
        stored_at = datetime.now(stamp.at.tzinfo)
        recorded = Recorded(
            event_id, fact, stamp, version, state, trace, stored.sequence, stored_at
        )
        self._remember(recorded, state)
        return recorded

    def _remember(self, last: Recorded[S, F], state: S) -> None:
        left = Loaded(state, last.version, last.sequence, last)
        self._written[last.stamp.org, last.stamp.id] = left
        if len(self._written) > _REMEMBERED:
            self._written.popitem(last=False)

    async def _resolve(
        self, loaded: Loaded[S, F], stamp: Stamp, event_id: str, error: Exception
    ) -> Recorded[S, F]:
        """Find out what an unclear answer meant: the check for the sequence runs before the one
        for a repeated id, so an append that landed can answer "wrong sequence" when repeated."""
        async for recorded in self.read(
            self.kind.filter(stamp.org, stamp.id), after=loaded.sequence
        ):
            if recorded.id == event_id:
                return recorded
        if isinstance(error, WrongSequence):
            raise Conflict(f"{self.kind.name} {stamp.id} has moved on") from error
        raise error

    async def read(self, filter_: str, *, after: int = 0) -> AsyncIterator[Recorded[S, F]]:
        """Yield the facts under a subject filter, in order, behind a position."""
        while True:
            page = await self.page(filter_, after=after, limit=_PAGE)
            for recorded in page:
                yield recorded
            if len(page) < _PAGE:
                return
            after = page[-1].sequence

    async def page(self, filter_: str, *, after: int, limit: int) -> list[Recorded[S, F]]:
        """Answer up to `limit` facts under a filter behind a position (JetStream batched direct get)."""
        request = {"seq": after + 1, "batch": limit, "next_by_subj": filter_}
        return [self.parse(message) for message in await self._direct(request)]

    async def _last(self, filter_: str) -> Recorded[S, F] | None:
        answers = await self._direct({"last_by_subj": filter_})
        return self.parse(answers[0]) if answers else None

    async def state_after(self, recorded: Recorded[S, F]) -> S:
        """Answer the state after a fact: as carried, or folded if carried in another version."""
        if recorded.state is not None:
            return recorded.state
        state = self.kind.initial
        filter_ = self.kind.filter(recorded.stamp.org, recorded.stamp.id)
        async for each in self.read(filter_):
            state = self.kind.evolve(state, each.fact, each.stamp)
            if each.sequence == recorded.sequence:
                break
        return state

    def parse(self, message: Msg) -> Recorded[S, F]:
        """Read a fact from a consumer's message or a direct get's answer."""
        fields = message.headers or {}
        if "Nats-Sequence" in fields:  # a direct get
            return envelope.parse(
                self.kind,
                fields["Nats-Subject"],
                fields,
                message.data,
                sequence=int(fields["Nats-Sequence"]),
                stored_at=stored_at(fields),
            )
        meta = message.metadata
        return envelope.parse(
            self.kind,
            message.subject,
            fields,
            message.data,
            sequence=meta.sequence.stream,
            stored_at=meta.timestamp,
        )

    async def _direct(self, request: dict[str, Any]) -> list[Msg]:
        return await direct_get(self._bus, self.kind.stream, request)


def stored_at(fields: Mapping[str, str]) -> datetime:
    """Answer when the server stored a message, from a direct get's headers: RFC 3339 nanoseconds,
    cut to the microseconds that Python can hold."""
    head, _, rest = fields["Nats-Time-Stamp"].rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{head}.{rest[:6]:0<6}+00:00")


async def last_position(bus: Bus, stream: str) -> int:
    """Answer how far a stream has come. Raises Unavailable."""
    try:
        info = await bus.js.stream_info(stream)
    except (NatsError, TimeoutError) as error:
        raise Unavailable(f"NATS did not answer for {stream}: {error}") from error
    return int(info.state.last_seq)


async def direct_get(bus: Bus, stream: str, request: dict[str, Any]) -> list[Msg]:
    """Ask a stream directly for one message, or for a "batch" (ADR-31). Raises Unavailable."""
    try:
        if "batch" in request:
            return await _direct_batch(bus, stream, request)
        answer = await bus.client.request(
            f"$JS.API.DIRECT.GET.{stream}", json.dumps(request).encode(), timeout=5
        )
    except (NatsError, TimeoutError) as error:
        raise Unavailable(f"NATS did not answer for {stream}: {error}") from error
    return [] if _is_the_end(stream, answer) else [answer]


async def _direct_batch(bus: Bus, stream: str, request: dict[str, Any]) -> list[Msg]:
    """The server ends an answer after some 64 MiB as well; so ask until nothing is left."""
    found: list[Msg] = []
    while True:
        part, left = await _direct_part(bus, stream, request)
        found += part
        request = {**request, "batch": request["batch"] - len(part)}
        if not (part and left and request["batch"]):
            return found
        request["seq"] = int((part[-1].headers or {})["Nats-Sequence"]) + 1


async def _direct_part(bus: Bus, stream: str, request: dict[str, Any]) -> tuple[list[Msg], int]:
    """Answer what comes until the server says that it is the end, and how many are left."""
    inbox = bus.client.new_inbox()
    subscription = await bus.client.subscribe(inbox)
    try:
        await bus.client.publish(
            f"$JS.API.DIRECT.GET.{stream}", json.dumps(request).encode(), reply=inbox
        )
        found: list[Msg] = []
        while not _is_the_end(stream, message := await subscription.next_msg(timeout=5)):
            found.append(message)
        return found, int((message.headers or {}).get("Nats-Num-Pending", 0))
    finally:
        await subscription.unsubscribe()


def _is_the_end(stream: str, message: Msg) -> bool:
    """Whether it says that there is no (more) message. Raises Unavailable if it says anything else."""
    headers = message.headers or {}
    status = headers.get("Status")
    if status not in {None, "204", "404"}:
        raise Unavailable(f"NATS refused to read {stream}: {status} {headers.get('Description')}")
    return status is not None
