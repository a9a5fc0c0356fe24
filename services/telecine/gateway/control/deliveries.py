"""`/v1/deliveries`: what was owed to endpoints, each with every attempt, and one more of them by hand."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from telecine.gateway.control import shapes
from telecine.gateway.control.parameters import Sought
from telecine.gateway.control.tokens import Id
from telecine.platforms.house import House
from telecine.shared.contracts.delivery import (
    DeliveryState,
    GetDelivery,
    ListDeliveries,
    ResendDelivery,
    Why,
)


def add_deliveries(routes: APIRouter, house: House, authorised: Any) -> None:
    """Register what shows deliveries and sends them again."""
    _reading(routes, house, authorised)

    @routes.post(
        "/deliveries/{delivery_id}/resend",
        status_code=202,
        summary="Make one more attempt now; it schedules no retry",
    )
    async def resend(
        request: Request, delivery_id: Id, org: str = authorised
    ) -> shapes.ResendAnswer:
        caller = house.caller(request, org)
        command = ResendDelivery(
            **caller.ids(), request_key=caller.request_key, delivery_id=delivery_id
        )
        taken = await house.call(command)
        return shapes.ResendAnswer(delivery=taken.delivery, number=taken.number)


def _reading(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.get("/deliveries", summary="What was owed to endpoints, newest first")
    async def deliveries(
        *,
        org: str = authorised,
        sought: Annotated[Sought, Depends()],
        state: DeliveryState | None = None,
        reason: Annotated[Why | None, Query(description="Why it is postponed or parked.")] = None,
    ) -> shapes.DeliveriesAnswer:
        query = ListDeliveries(org=org, state=state, reason=reason, **sought.fields())
        page = await house.call(query)
        return shapes.DeliveriesAnswer(deliveries=page.deliveries, cursor=page.cursor)

    @routes.get(
        "/deliveries/{delivery_id}",
        summary="A delivery with its attempts (of many: the last 100)",
    )
    async def delivery(delivery_id: Id, org: str = authorised) -> shapes.DeliveryAnswer:
        found = await house.call(GetDelivery(org=org, delivery_id=delivery_id))
        return shapes.DeliveryAnswer(
            delivery=found.delivery, body=found.body, attempts=found.attempts
        )
