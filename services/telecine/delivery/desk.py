"""The desk: where resends are wished for.

A wish waits in the work queue. It is known by its id, which stands on record with its attempt: however
often it is delivered, it is done once.
"""

from dataclasses import dataclass

import structlog
from nats.aio.msg import Msg

from telecine.delivery.queries import shown
from telecine.delivery.records import Records
from telecine.delivery.tables import DeliveryRow
from telecine.shared.aggregates.endpoint import Active, Endpoint, Inactive
from telecine.shared.contracts.delivery import ResendDelivery, Resending
from telecine.shared.errors import BrokenMessage, Refusal
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.ids import hex_of, is_token
from telecine.shared.log.eventlog import EventLog
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.cloudevents import cloudevent

log = structlog.get_logger()


@dataclass(frozen=True)
class Wish:
    """One resend. `endpoint_sequence` is the endpoint's last fact when it was asked for."""

    id: str
    org: str
    endpoint_id: str
    delivery_id: str
    endpoint_sequence: int
    correlation_id: str

    @property
    def subject(self) -> str:
        return f"delivery.replay.{self.org}.{self.endpoint_id}"

    def headers(self) -> dict[str, str]:
        event = cloudevent(
            self.id,
            "delivery.replay",
            f"/telecine/{self.org}/delivery",
            subject=self.endpoint_id,
            correlation=self.correlation_id,
            is_json=False,
        )
        return event | {
            "telecine-delivery": self.delivery_id,
            "telecine-endpoint-sequence": str(self.endpoint_sequence),
        }


def parse_wish(message: Msg) -> Wish:
    """Read a resend's message. Raises BrokenMessage."""
    fields = message.headers or {}
    try:
        _, _, org, endpoint_id = message.subject.split(".")
        return Wish(
            id=fields["ce-id"],
            org=org,
            endpoint_id=endpoint_id,
            delivery_id=fields["telecine-delivery"],
            endpoint_sequence=int(fields["telecine-endpoint-sequence"]),
            correlation_id=fields["ce-correlationid"],
        )
    except (KeyError, ValueError) as error:
        raise BrokenMessage(f"{message.subject} is not a resend: {error}") from error


class Desk:
    """Takes wishes for resends; idempotent by their request key."""

    def __init__(
        self, bus: Bus, records: Records, endpoints: EventLog[Endpoint, EndpointFact]
    ) -> None:
        self._bus = bus
        self._records = records
        self._endpoints = endpoints

    async def resend(self, command: ResendDelivery) -> Resending:
        """Take a wish on, durably. Raises Refusal: unknown delivery, or an endpoint not to be sent to."""
        known = is_token(command.delivery_id)
        row = await self._records.get(command.delivery_id) if known else None
        if row is None or row.org != command.org:
            raise Refusal("not_found", "no such delivery")
        wish_id = hex_of(row.id, "resend", command.request_key)
        made = await self._records.caused_by(row.id, wish_id)
        if made:
            return _answer(row, made.number)
        endpoint = await self._endpoints.load(row.org, row.endpoint_id)
        _check(endpoint.state)
        wish = Wish(
            wish_id,
            row.org,
            row.endpoint_id,
            row.id,
            endpoint.sequence,
            command.correlation_id,
        )
        await self._bus.publish(wish.subject, b"", headers=wish.headers(), message_id=wish.id)
        log.info("resend.requested", delivery_id=row.id, number=row.next)
        return _answer(row, row.next)


def _check(endpoint: Endpoint) -> None:
    if isinstance(endpoint, Inactive):
        message = "the delivery's endpoint is inactive; activate it, then resend"
        raise Refusal("conflict", message)
    if not isinstance(endpoint, Active):
        raise Refusal("conflict", "the delivery's endpoint is deleted; nothing can be sent to it")


def _answer(row: DeliveryRow, number: int) -> Resending:
    return Resending(delivery=shown(row.model_dump()), number=number)
