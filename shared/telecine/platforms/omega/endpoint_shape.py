"""An endpoint as Omega shows it, and the id that a new one gets. Pure."""

from typing import Any

from telecine.platforms.omega.events_table import EVENT_TYPES
from telecine.platforms.omega.wire import Digits, coid
from telecine.platforms.pack import wire_time
from telecine.shared.aggregates.endpoint import Active, Living
from telecine.shared.aggregates.event_types import expanded
from telecine.shared.ids import hex_of


def endpoint_id(seed: int, org: str, request_key: str) -> str:
    """Answer the 24 hex digits that name the endpoint which this wish makes."""
    return hex_of(seed, org, "endpoint", request_key)[:24]


def shown(endpoint: Living, digits: Digits) -> dict[str, Any]:
    """Answer the documented object; `events` in the order in which they were asked for.

    What `/v1` says by wildcards, Omega says type by type; what it has no word for it does not show.
    """
    profile = endpoint.profile
    return {
        "id": profile.id,
        "created_at": wire_time(profile.created_at, digits),
        "updated_at": wire_time(profile.updated_at, digits),
        "coid": coid(profile.org),
        "url": profile.subscription.url,
        "description": profile.subscription.description,
        "events": list(expanded(profile.subscription.types, EVENT_TYPES)),
        "active": isinstance(endpoint, Active),
    }
