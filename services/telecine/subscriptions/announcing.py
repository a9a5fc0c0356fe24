"""Announcing what the house has to say of endpoints and deliveries, to the endpoints that ask for it.

Idempotent by the delivery's id, a hash of what happened and whom it is told. What happened may be told
twice by who made the attempt, long after NATS has forgotten the id; it is rare, so the record is always
looked at.
"""

from dataclasses import dataclass
from datetime import datetime

from telecine.shared.aggregates.endpoint import Living
from telecine.shared.ids import object_id
from telecine.shared.sending.owed import Owed
from telecine.shared.time.virtual_time import wall_now
from telecine.subscriptions.audience import Audience
from telecine.subscriptions.begun import Begun, Happening
from telecine.subscriptions.operational import Data, body
from telecine.subscriptions.owing import Due, Owing
from telecine.subscriptions.wanting import chain_of


@dataclass(frozen=True)
class Occasion:
    """What happened: the id of its fact, where that stands in its stream, when (virtual), in which
    organisation, and which video (or endpoint) it is about."""

    id: str
    sequence: int
    at: datetime
    org: str
    about: str
    correlation_id: str


class Announcing:
    """Owes operational events to those active endpoints that ask for them."""

    def __init__(self, audience: Audience, owing: Owing, begun: Begun) -> None:
        self._audience = audience
        self._owing = owing
        self._begun = begun

    async def announce(self, event_type: str, occasion: Occasion, data: Data) -> None:
        """Publish one event to whoever wants it. Raises Unavailable or Conflict."""
        listeners = (await self._audience.of(occasion.org)).of(event_type)
        told = body(event_type, occasion.at, data)
        due = [
            Due(_owed(event_type, occasion, each, told), chain_of(each[0].profile, occasion.about))
            for each in listeners
        ]
        ids = {each.profile.id for each, _ in listeners}
        before = Happening(occasion.at, (occasion.id, event_type), ids)
        for left in (await self._begun.of([before]))[0]:
            owed = _owed(event_type, occasion, (left.endpoint, left.sequence), told)
            due.append(Due(owed, left.chain))
        if due:
            await self._owing.owe(due)


def _owed(event_type: str, occasion: Occasion, listener: tuple[Living, int], told: bytes) -> Owed:
    endpoint, sequence = listener
    profile = endpoint.profile
    return Owed(
        delivery_id=object_id(occasion.at, occasion.id, event_type, profile.id),
        org=profile.org,
        endpoint_id=profile.id,
        endpoint_sequence=sequence,
        platform=profile.platform,
        event_id=occasion.id,
        event_type=event_type,
        event_sequence=occasion.sequence,
        video_id=occasion.about,
        at=occasion.at,
        matched_at=wall_now(),
        correlation_id=occasion.correlation_id,
        body=told,
        again=True,
    )
