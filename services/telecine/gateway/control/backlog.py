"""`/v1/endpoints/{id}/backlog`: what waits at an endpoint, and giving it up."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from telecine.gateway.control.parameters import Moment
from telecine.gateway.control.shapes import Shape
from telecine.gateway.control.tokens import token
from telecine.platforms.house import House
from telecine.shared.contracts.backlog import (
    Backlog,
    BacklogDiscarded,
    DiscardBacklog,
    GetBacklog,
)
from telecine.shared.contracts.subscriptions import GetEndpoint


class Discarding(Shape):
    """What to give up."""

    before: Annotated[
        Moment | None,
        Field(
            description="Only of events before this virtual time (and resends that were asked for before"
            " it), with a zone; left out: all."
        ),
    ] = None


def add_backlog(routes: APIRouter, house: House, authorised: Any) -> None:
    """Register what shows and discards a backlog."""

    @routes.get(
        "/endpoints/{endpoint_id}/backlog",
        summary="What is parked at an endpoint, why, and when it will be fetched",
    )
    async def backlog(endpoint_id: str, org: str = authorised) -> Backlog:
        known = await house.call(GetEndpoint(org=org, endpoint_id=token(endpoint_id)))
        return await house.call(GetBacklog(org=org, endpoint_id=known.endpoint.profile.id))

    @routes.post(
        "/endpoints/{endpoint_id}/backlog/discard",
        summary="Give up what is parked at an endpoint, for good; at most 20,000 at a time",
    )
    async def discard(
        request: Request,
        endpoint_id: str,
        org: str = authorised,
        body: Discarding | None = None,
    ) -> BacklogDiscarded:
        known = await house.call(GetEndpoint(org=org, endpoint_id=token(endpoint_id)))
        command = DiscardBacklog(
            **house.caller(request, org).ids(),
            endpoint_id=known.endpoint.profile.id,
            before=body.before if body else None,
        )
        return await house.call(command)
