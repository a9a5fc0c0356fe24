"""The rows of deliveries and attempts as they are written: values in the order of their columns. Pure.

Tuples, since two are made for every webhook: a dictionary of as many values takes five times as long
to make and as much memory, and COPY wants a tuple in the end.
"""

from datetime import datetime
from typing import NamedTuple


class DeliveryValues(NamedTuple):
    """A row of `deliveries` (tables.py). `attempts` and `resent` are what this adds to those on record."""

    id: str
    org: str
    endpoint_id: str
    platform: str
    event_id: str
    event_type: str
    event_sequence: int
    video_id: str
    state: str
    next: int
    attempts: int
    resent: int
    next_at: datetime | None
    reason: str | None
    ended: str | None
    created_at: datetime
    updated_at: datetime
    matched_at: datetime
    endpoint_sequence: int
    correlation_id: str
    predecessor: str | None
    trigger: str
    body: bytes


class AttemptValues(NamedTuple):
    """A row of `attempts` (tables.py), but for its id, which the database gives."""

    delivery_id: str
    org: str
    endpoint_id: str
    event_type: str
    number: int
    trigger: str
    cause: str | None
    started_at: datetime
    ended_at: datetime
    wall_at: datetime
    url: str
    address: str | None
    reused: bool
    key_ids: str
    request_headers: str
    status: int | None
    reason: str
    response_headers: str
    response_body: bytes
    response_truncated: bool
    response_length: int | None
    error: str | None
    message: str
    duration_ms: float
    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None
    next_at: datetime | None
    next_reason: str | None
