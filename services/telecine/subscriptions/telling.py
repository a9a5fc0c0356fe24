"""What an endpoint is told of a fact: the delivery as it is owed. Pure.

What all endpoints of a fact have in common is made once, since there are thousands of them.
"""

from datetime import datetime
from typing import Any

from telecine.platforms import packs
from telecine.platforms.pack import Body
from telecine.shared.aggregates.endpoint import Living, Profile
from telecine.shared.ids import object_id
from telecine.shared.log.envelope import Recorded
from telecine.shared.sending.owed import Owed


class Told:
    """A fact with what it is told with on each platform; made once for all endpoints."""

    def __init__(self, fact: Recorded[Any, Any], subject: Any) -> None:
        self.fact = fact
        self._subject = subject
        self._bodies: dict[str, Body] = {}

    def body(self, delivery_id: str, endpoint: Profile) -> bytes:
        """Answer the body as it goes out to an endpoint."""
        body = self._bodies.get(endpoint.platform)
        if body is None:
            body = packs()[endpoint.platform].bodies(self.fact, self._subject)
            self._bodies[endpoint.platform] = body
        return body(delivery_id, endpoint.id)


def owed_of(
    told: Told, listener: tuple[Living, int], matched_at: datetime, *, again: bool = False
) -> Owed:
    """Answer what one endpoint is owed for a fact: the same for the same fact and endpoint.

    `listener`: the endpoint, and the position of its last fact. `again`: it may have been owed before.
    """
    fact, (endpoint, sequence) = told.fact, listener
    profile = endpoint.profile
    delivery_id = object_id(fact.stamp.at, fact.id, profile.id)
    return Owed(
        delivery_id=delivery_id,
        org=profile.org,
        endpoint_id=profile.id,
        endpoint_sequence=sequence,
        platform=profile.platform,
        event_id=fact.id,
        event_type=fact.fact.type,
        event_sequence=fact.sequence,
        video_id=fact.stamp.id,
        at=fact.stamp.at,
        matched_at=matched_at,
        correlation_id=fact.trace.correlation_id,
        body=told.body(delivery_id, profile),
        again=again,
    )
