"""The desk: where resends are wished for.

A wish waits on record, under its endpoint's gate, until its attempt is there as well. It is known by its
id: however often the same is asked for, it is done once.
"""

import structlog

from telecine.delivery.depot import Depot
from telecine.delivery.queries import shown
from telecine.delivery.tables import DeliveryRow
from telecine.delivery.wishes import Wish
from telecine.shared.aggregates.endpoint import Active, Endpoint, Inactive
from telecine.shared.contracts.delivery import ResendDelivery, Resending
from telecine.shared.errors import Refusal
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.ids import hex_of, is_token
from telecine.shared.log.eventlog import EventLog

log = structlog.get_logger()

#: Resends that may wait at an endpoint, of those that were asked for one by one.
MOST = 1000


class Desk:
    """Takes wishes for resends; idempotent by their request key."""

    def __init__(self, depot: Depot, endpoints: EventLog[Endpoint, EndpointFact]) -> None:
        self._clock = depot.clock
        self._records = depot.records
        self._endpoints = endpoints
        self._wishes = depot.wishes

    async def resend(self, command: ResendDelivery) -> Resending:
        """Take a wish on, durably. Raises Refusal: unknown delivery, an endpoint not to be sent to, or too
        many that wait for it."""
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
        if not command.in_bulk:
            await self._check_room(row)
        wish = Wish(
            wish_id,
            row.org,
            row.endpoint_id,
            row.id,
            "resend",
            command.in_bulk,
            endpoint.sequence,
            command.correlation_id,
        )
        await self._wishes.add(wish, self._clock.now())
        log.info("resend.requested", delivery_id=row.id, number=row.next)
        return _answer(row, row.next)

    async def _check_room(self, row: DeliveryRow) -> None:
        waiting = (await self._wishes.count(row.org, row.endpoint_id))[False]
        if waiting >= MOST:
            message = f"{waiting} resends wait for this endpoint; let it take them, or discard its backlog"
            raise Refusal("conflict", message)


def _check(endpoint: Endpoint) -> None:
    if isinstance(endpoint, Inactive):
        message = "the delivery's endpoint is inactive; activate it, then resend"
        raise Refusal("conflict", message)
    if not isinstance(endpoint, Active):
        raise Refusal("conflict", "the delivery's endpoint is deleted; nothing can be sent to it")


def _answer(row: DeliveryRow, number: int) -> Resending:
    return Resending(delivery=shown(row.model_dump()), number=number)
