"""Matching: for every fact of a video, a live stream or a job, what is owed to whom, in their order.

Idempotent by the delivery's id, a hash of event and endpoint.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from nats.aio.msg import Msg

from telecine.platforms import packs
from telecine.platforms.pack import Fidelity, Rendering
from telecine.shared.aggregates import JOB, LIVE, VIDEO
from telecine.shared.bus import Bus
from telecine.shared.endpoint import Active
from telecine.shared.envelope import Kind, Recorded
from telecine.shared.errors import BrokenLog, BrokenMessage
from telecine.shared.event_types import OPERATIONAL_TYPES, wanted
from telecine.shared.eventlog import EventLog
from telecine.shared.ids import object_id
from telecine.shared.logging import correlation
from telecine.shared.owed import Owed, owe
from telecine.shared.virtual_time import wall_now
from telecine.subscriptions.view import EndpointView

log = structlog.get_logger()

#: Facts that are matched together: one look at the endpoints, one wait for NATS.
ABREAST = 64
#: Whose facts are matched, and by which consumer.
MATCHED: Mapping[str, Kind[Any, Any]] = {
    "subscriptions-matching": VIDEO,
    "subscriptions-matching-lives": LIVE,
    "subscriptions-matching-jobs": JOB,
}


def wants(endpoint: Active, event_type: str, fidelity: Fidelity) -> bool:
    """Whether an active endpoint is owed events of a type."""
    subscription = endpoint.profile.subscription
    if event_type in OPERATIONAL_TYPES:
        return wanted(subscription.types, event_type)
    pack = packs()[endpoint.profile.platform]
    everything = pack.tells_all and not subscription.narrowed
    chosen = everything or wanted(subscription.types, event_type)
    return chosen and pack.sends(event_type, fidelity)


def _about(message: Msg) -> tuple[str, str]:
    """Answer a fact's type and its organisation. Raises BrokenMessage."""
    try:
        room, what, org, _ = message.subject.split(".")
    except ValueError as error:
        raise BrokenMessage(f"{message.subject} is no fact's subject") from error
    return f"{room}.{what}", org


class Matching:
    """Publishes `delivery.requested` for each endpoint that wants a fact."""

    def __init__(
        self,
        bus: Bus,
        log: EventLog[Any, Any],
        view: EndpointView,
        fidelity: Fidelity,
        durable: str,
    ) -> None:
        self._bus = bus
        self._durable = durable
        self._log = log
        self._view = view
        self._fidelity = fidelity

    async def take(self, messages: list[Msg]) -> None:
        """Match some facts, in their order, against the endpoints as they are now."""
        about = [_about(message) for message in messages]
        endpoints = {
            org: await self._view.active(org) for org in dict.fromkeys(o for _, o in about)
        }
        owed: list[tuple[Msg, Owed]] = []
        for message, (event_type, org) in zip(messages, about, strict=True):
            wanting = [e for e in endpoints[org] if wants(e[0], event_type, self._fidelity)]
            if wanting:  # most facts are wanted by nobody, and need not be read
                fact = self._log.parse(message)
                owed += [(message, await self._owed(fact, *each)) for each in wanting]
        # Begun in order on one connection, so stored in order; only the answers are awaited at once.
        await asyncio.gather(*(self._owe(*each) for each in owed))
        for message in messages:
            await self._bus.ack(message)

    async def _owed(self, recorded: Recorded[Any, Any], endpoint: Active, sequence: int) -> Owed:
        profile = endpoint.profile
        subject = await self._log.state_after(recorded)
        if subject == self._log.kind.initial:
            raise BrokenLog(f"no {self._log.kind.name} {recorded.stamp.id} after its own fact")
        delivery_id = object_id(recorded.stamp.at, recorded.id, profile.id)
        rendering = Rendering(delivery_id, recorded, subject, profile)
        return Owed(
            delivery_id=delivery_id,
            org=profile.org,
            endpoint_id=profile.id,
            endpoint_sequence=sequence,
            platform=profile.platform,
            event_id=recorded.id,
            event_type=recorded.fact.type,
            event_sequence=recorded.sequence,
            video_id=recorded.stamp.id,
            at=recorded.stamp.at,
            matched_at=wall_now(),
            correlation_id=recorded.trace.correlation_id,
            body=packs()[profile.platform].render(rendering),
        )

    async def _owe(self, message: Msg, owed: Owed) -> None:
        with self._bus.tracing.handling(message.subject, self._durable, message.headers):
            await owe(self._bus, owed)
        with correlation(owed.correlation_id, video_id=owed.video_id):
            log.info(
                "delivery.requested",
                delivery_id=owed.delivery_id,
                endpoint_id=owed.endpoint_id,
                type=owed.event_type,
            )
