"""The house's own webhooks as receivers get them: `type`, `timestamp` of the event (virtual), `data`.

They are as Standard Webhooks asks for, on every platform, and go to endpoints that name them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from telecine.shared.contracts.delivery import ErrorClass
from telecine.shared.events import Wire
from telecine.shared.events.endpoint import HouseReason


class EndpointDisabledData(Wire):
    """Which endpoint the house has switched off. `why`: `gone`: its receiver answered 410; `failing`: all
    attempts had failed for too long."""

    endpoint_id: str
    url: str
    why: HouseReason


class EndpointRecoveredData(Wire):
    """Which endpoint takes webhooks again, and the delivery that showed it."""

    endpoint_id: str
    url: str
    delivery_id: str


class DeliveryExhaustedData(Wire):
    """The last attempt of a delivery's schedule failed. `video_id`: what the event was about."""

    delivery_id: str
    endpoint_id: str
    event_type: str
    video_id: str
    attempt: int
    status: int | None
    error: ErrorClass | None


class DeliveryFailingData(DeliveryExhaustedData):
    """A delivery's fourth attempt failed; the next one is due at `next_at` (virtual)."""

    next_at: datetime


class EndpointDisabledWebhook(Wire):
    type: Literal["endpoint.disabled"]
    timestamp: datetime
    data: EndpointDisabledData


class EndpointRecoveredWebhook(Wire):
    type: Literal["endpoint.recovered"]
    timestamp: datetime
    data: EndpointRecoveredData


class DeliveryFailingWebhook(Wire):
    type: Literal["delivery.failing"]
    timestamp: datetime
    data: DeliveryFailingData


class DeliveryExhaustedWebhook(Wire):
    type: Literal["delivery.exhausted"]
    timestamp: datetime
    data: DeliveryExhaustedData


#: By the type of the event.
OPERATIONAL_WEBHOOKS: Mapping[str, type[Wire]] = {
    "endpoint.disabled": EndpointDisabledWebhook,
    "endpoint.recovered": EndpointRecoveredWebhook,
    "delivery.failing": DeliveryFailingWebhook,
    "delivery.exhausted": DeliveryExhaustedWebhook,
}
