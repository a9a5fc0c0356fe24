"""Matching: for every fact of a video, a live stream or a job, what is owed to whom, in their order.

Idempotent by the delivery's id, a hash of event and endpoint. NATS forgets ids in time, and those of what
is done with when it is killed; so what may have been matched before is owed with a word of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from nats.aio.msg import Msg

from telecine.shared.errors import BrokenLog, BrokenMessage
from telecine.shared.log.envelope import Kind, Recorded
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import JOB, LIVE, VIDEO
from telecine.shared.time.virtual_time import wall_now
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.place import place_of
from telecine.subscriptions.audience import Audience, Listener
from telecine.subscriptions.begun import Begun, Happening, Placed
from telecine.subscriptions.owing import Due, Owing
from telecine.subscriptions.telling import Told, owed_of
from telecine.subscriptions.wanting import chain_of

log = structlog.get_logger()

#: Facts that are matched together: one look at the endpoints.
ABREAST = 128
#: Deliveries that are published together: one wait for NATS, one transaction of those in order.
TOGETHER = 512
#: Whose facts are matched, and by which consumer.
MATCHED: Mapping[str, Kind[Any, Any]] = {
    "subscriptions-matching": VIDEO,
    "subscriptions-matching-lives": LIVE,
    "subscriptions-matching-jobs": JOB,
}


def _about(message: Msg) -> tuple[str, str]:
    """Answer a fact's type and its organisation. Raises BrokenMessage."""
    try:
        room, what, org, _ = message.subject.split(".")
    except ValueError as error:
        raise BrokenMessage(f"{message.subject} is no fact's subject") from error
    return f"{room}.{what}", org


@dataclass(frozen=True)
class _Telling:
    """A fact that somebody is to be told; `again`: it may have been owed before."""

    message: Msg
    fact: Recorded[Any, Any]
    again: bool


class Matching:
    """Owes a fact to each endpoint that wants it. Facts up to the position `begun_up_to` may have been
    begun with by somebody before."""

    def __init__(
        self,
        bus: Bus,
        log: EventLog[Any, Any],
        audience: Audience,
        owing: Owing,
        durable: str,
        *,
        begun: Begun,
        begun_up_to: int,
    ) -> None:
        self._bus = bus
        self._durable = durable
        self._log = log
        self._audience = audience
        self._owing = owing
        self._begun = begun
        self._begun_up_to = begun_up_to

    async def take(self, messages: list[Msg]) -> None:
        """Match some facts, in their order, against the endpoints as they are now."""
        about = [_about(message) for message in messages]
        listeners = {
            org: await self._audience.of(org) for org in dict.fromkeys(o for _, o in about)
        }
        wanting = [listeners[org].of(event_type) for event_type, org in about]
        again = [self._may_be_begun(message) for message in messages]
        facts = [
            self._log.parse(message) if wanted or before else None  # most are wanted by nobody
            for message, wanted, before in zip(messages, wanting, again, strict=True)
        ]
        placed = await self._placed(
            {
                number: (fact, wanting[number])
                for number, fact in enumerate(facts)
                if fact and again[number]
            }
        )
        due: list[Due] = []
        begun: list[Msg] = []
        for number, (message, fact) in enumerate(zip(messages, facts, strict=True)):
            left = placed.get(number, [])
            if fact and (wanting[number] or left):
                told = _Telling(message, fact, again[number])
                due = await self._begin(told, wanting[number], left, due)
            begun.append(message)
            if len(due) >= TOGETHER:
                await self._finish(begun, due)
                due, begun = [], []
        await self._finish(begun, due)

    async def _placed(
        self, facts: Mapping[int, tuple[Recorded[Any, Any], list[Listener]]]
    ) -> dict[int, list[Placed]]:
        """Answer for each of some facts who has a place for it beside those that want it by now."""
        if not facts:
            return {}
        happenings = [
            Happening(fact.stamp.at, (fact.id,), {each.profile.id for each, _ in wanting})
            for fact, wanting in facts.values()
        ]
        return dict(zip(facts, await self._begun.of(happenings), strict=True))

    def _may_be_begun(self, message: Msg) -> bool:
        """Whether a fact may have been matched before, here or by whoever led before us."""
        return place_of(message).position <= self._begun_up_to or self._bus.redelivered(message)

    async def _begin(
        self, telling: _Telling, wanting: list[Listener], placed: list[Placed], due: list[Due]
    ) -> list[Due]:
        """Add what is owed for a fact; owe at once what is too much to be owed with the others."""
        fact, again = telling.fact, telling.again
        told = await self._told(fact)
        trace = self._trace(telling.message)
        matched_at = wall_now()
        for listener in wanting:
            owed = owed_of(told, listener, matched_at, again=again)
            due.append(Due(owed, chain_of(listener[0].profile, owed.video_id), trace))
            if len(due) >= 2 * TOGETHER:
                await self._owing.owe(due)
                due = []
        for each in placed:
            owed = owed_of(told, (each.endpoint, each.sequence), matched_at, again=again)
            due.append(Due(owed, each.chain, trace))
        log.info(
            "delivery.requested",
            correlation_id=fact.trace.correlation_id,
            video_id=fact.stamp.id,
            type=fact.fact.type,
            endpoints=len(wanting) + len(placed),
        )
        return due

    async def _finish(self, messages: list[Msg], due: list[Due]) -> None:
        if due:
            await self._owing.owe(due)
        for message in messages:
            await self._bus.ack(message)

    async def _told(self, fact: Recorded[Any, Any]) -> Told:
        subject = await self._log.state_after(fact)
        if subject == self._log.kind.initial:
            raise BrokenLog(f"no {self._log.kind.name} {fact.stamp.id} after its own fact")
        return Told(fact, subject)

    def _trace(self, message: Msg) -> Mapping[str, str]:
        with self._bus.tracing.handling(message.subject, self._durable, message.headers):
            return self._bus.tracing.current()
