"""What may be asked of delivery: deliveries and every attempt."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from telecine.shared.contracts import PAGE, Command, Request
from telecine.shared.events import Wire

DeliveryState = Literal["postponed", "parked", "succeeded", "exhausted", "discarded"]

#: Why a delivery waits: with a due time (the first two), or until it is fetched.
Why = Literal[
    "schedule",
    "retry_after",
    "breaker",
    "disabled",
    "ordering",
    "rate_limit",
    "in_flight",
    "replay",
]
#: Why an attempt did not succeed.
ErrorClass = Literal[
    "dns",  # the host name has no address
    "egress",  # the egress policy forbids the address, so nobody was called
    "connect",  # nobody answers at that address
    "tls",  # the handshake failed, or the certificate is not the host's
    "timeout",  # the one deadline passed, wherever the attempt was
    "reset",  # the connection ended before the answer did
    "protocol",  # what came is not HTTP, or past our limits, or the request cannot be put into HTTP
    "redirect",  # 3xx: never followed
    "status",  # any other answer but 2xx
]
#: Why an attempt was made; `repeat`: another one had taken its number, or was of the same resend, before
#: it was on record.
Trigger = Literal["first", "retry", "resend", "replay", "probe", "test", "repeat"]


class Delivery(Wire):
    """One event owed to one endpoint, as it stands; times are virtual.

    `attempts` is how many were made; `reason` says why it is postponed (until `next_at`) or parked;
    `ended` says why a discarded one was discarded. `predecessor` is the delivery that it comes after,
    where the endpoint asks for order; `trigger` is why it is owed.
    """

    id: str
    org: str
    endpoint_id: str
    platform: str
    event_id: str
    event_type: str
    video_id: str
    state: DeliveryState
    created_at: datetime
    updated_at: datetime
    attempts: int
    next_at: datetime | None
    reason: Why | None
    ended: str | None
    correlation_id: str
    predecessor: str | None
    trigger: Literal["first", "test", "replay"]


class Attempt(Wire):
    """One HTTP try. `started_at` and `ended_at` are virtual, `wall_at` is the wall's.

    `address` is whom it talked to, or tried to. `reused`: over a kept connection, so that DNS, connect and
    TLS took no time. `key_ids` name the keys that signed it; `request_headers` are as sent, with secrets
    redacted. `response_length` is the true length of the body in bytes, if it is known; `response_body`
    has its beginning, `response_headers` the first ones, as many as there is room for.
    """

    number: int
    trigger: Trigger
    started_at: datetime
    ended_at: datetime
    wall_at: datetime
    url: str
    address: str | None
    reused: bool
    key_ids: list[str]
    request_headers: list[tuple[str, str]]
    status: int | None
    reason: str
    response_headers: list[tuple[str, str]]
    response_body: str
    response_truncated: bool
    response_length: int | None
    error: ErrorClass | None
    message: str
    duration_ms: float
    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None
    next_at: datetime | None
    next_reason: Why | None


class ListedDelivery(Delivery):
    """A delivery as it is listed and looked at; `error` is the class of its last attempt's error."""

    error: ErrorClass | None


class DeliveryDetail(Wire):
    """A delivery with what it carries and its attempts, first one first: of very many the last 100."""

    delivery: ListedDelivery
    body: str
    attempts: list[Attempt]


class DeliveryPage(Wire):
    """Newest first; `cursor` continues behind the last one looked at, empty at the end."""

    deliveries: list[ListedDelivery]
    cursor: str | None


class GetDelivery(Request[DeliveryDetail]):
    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "delivery.get"
    reply: ClassVar[type[Any]] = DeliveryDetail
    org: str
    delivery_id: str
    endpoint_id: str | None = None


class Resending(Wire):
    """A resend that was taken on: the delivery as it stands, and the number to expect of the attempt."""

    delivery: Delivery
    number: int


class Again(Wire):
    """How many webhooks wait at an endpoint to be sent again: asked for by hand, and in bulk (what a
    replay brings for the first time is of these)."""

    by_hand: int
    in_bulk: int


class ResendDelivery(Command[Resending]):
    """Make one more attempt, whatever became of those before; it schedules no retry.

    It keeps to the endpoint's limits, ahead of all that waits there; `in_bulk`: behind it. The same
    `request_key` asks for the same one attempt. Refused as `conflict` if the endpoint is inactive or
    deleted, or very many wait for it.
    """

    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "delivery.resend"
    reply: ClassVar[type[Any]] = Resending
    request_key: str
    delivery_id: str
    in_bulk: bool = False


class CountAgain(Request[Again]):
    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "delivery.again"
    reply: ClassVar[type[Any]] = Again
    org: str
    endpoint_id: str


class ListDeliveries(Request[DeliveryPage]):
    """Deliveries that are all of this. `since` (included) and `until` (excluded) are virtual moments of
    their events."""

    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "delivery.list"
    reply: ClassVar[type[Any]] = DeliveryPage
    org: str
    endpoint_id: str | None = None
    video_id: str | None = None
    event_type: str | None = None
    state: DeliveryState | None = None
    reason: Why | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
