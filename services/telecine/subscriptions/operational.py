"""The house's own webhooks: what they say of endpoints and deliveries. Pure.

Their bodies are what Standard Webhooks asks for: `type`, `timestamp` (of the event, virtual) and `data`.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from telecine.platforms.pack import wire_time
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.events.attempt import AttemptExhausted, AttemptFailing
from telecine.shared.events.endpoint import EndpointDisabled, EndpointRecovered

Data = Mapping[str, Any]


def body(event_type: str, at: datetime, data: Data) -> bytes:
    """Answer a body as it goes out: compact JSON, the same bytes for the same event."""
    content = {"type": event_type, "timestamp": wire_time(at, 3), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def of_endpoint(fact: EndpointDisabled | EndpointRecovered, profile: Profile) -> Data:
    """Answer what is said of an endpoint: which one, and why it was switched off or is well again."""
    told: dict[str, Any] = {"endpoint_id": profile.id, "url": profile.subscription.url}
    if isinstance(fact, EndpointDisabled):
        return {**told, "why": fact.why}
    return {**told, "delivery_id": fact.delivery_id}


def of_delivery(fact: AttemptFailing | AttemptExhausted, endpoint_id: str) -> Data:
    """Answer what is said of a delivery: whose it is, of what, and its last attempt."""
    told: dict[str, Any] = {
        "delivery_id": fact.delivery_id,
        "endpoint_id": endpoint_id,
        "event_type": fact.event_type,
        "video_id": fact.video_id,
        "attempt": fact.number,
        "status": fact.status,
        "error": fact.error,
    }
    if isinstance(fact, AttemptFailing):
        return {**told, "next_at": wire_time(fact.next_at, 3)}
    return told


def example(event_type: str, endpoint_id: str, url: str) -> Data:
    """Answer data such as an operational event of a type has, for somebody who tries an endpoint."""
    attempt = {
        "delivery_id": "6322fade0102030405060708",
        "endpoint_id": endpoint_id,
        "event_type": "video.uploaded",
        "video_id": "5f0c2b1e-7d3a-4c55-9a51-0c9d7d1f2a10",
        "attempt": 4,
        "status": 500,
        "error": "status",
    }
    examples: dict[str, Data] = {
        "endpoint.disabled": {"endpoint_id": endpoint_id, "url": url, "why": "failing"},
        "endpoint.recovered": {
            "endpoint_id": endpoint_id,
            "url": url,
            "delivery_id": attempt["delivery_id"],
        },
        "delivery.failing": {**attempt, "next_at": "2026-03-01T12:00:00.000Z"},
        "delivery.exhausted": {**attempt, "attempt": 10},
    }
    return examples[event_type]
