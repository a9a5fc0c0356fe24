"""`/v1/endpoints`: endpoints of every platform, with the settings that the platforms have no words for."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from telecine.gateway.control.endpoint_shapes import (
    EndpointsAnswer,
    EndpointShape,
)
from telecine.gateway.control.parameters import known_platform
from telecine.gateway.control.tokens import token
from telecine.platforms.endpoint_list import listed
from telecine.platforms.house import House
from telecine.shared.contracts.endpoint_settings import (
    EndpointPatch,
    NewEndpoint,
    SettingsPatch,
)
from telecine.shared.contracts.subscriptions import (
    ChangeEndpoint,
    CreateEndpoint,
    DeleteEndpoint,
    EndpointWish,
    GetEndpoint,
)

#: How far a list can be turned over: a database takes no more than 63 bits.
_FURTHEST = 1_000_000


def add_endpoints(routes: APIRouter, house: House, authorised: Any) -> None:
    """Register what makes, shows, changes and deletes endpoints."""
    _reading(routes, house, authorised)
    _writing(routes, house, authorised)


def _reading(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.get("/endpoints", summary="Endpoints of every platform, newest first")
    async def endpoints(
        org: str = authorised,
        platform: str | None = None,
        offset: Annotated[int, Query(ge=0, le=_FURTHEST)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> EndpointsAnswer:
        found = await listed(house.call, org, known_platform(platform), offset=offset, limit=limit)
        now = house.now()
        shown = [EndpointShape.of(each, now) for each in found.endpoints]
        return EndpointsAnswer(endpoints=shown, total=found.total)

    @routes.get("/endpoints/{endpoint_id}", summary="One endpoint")
    async def endpoint(endpoint_id: str, org: str = authorised) -> EndpointShape:
        found = await house.call(GetEndpoint(org=org, endpoint_id=token(endpoint_id)))
        return EndpointShape.of(found.endpoint, house.now())


def _writing(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.post("/endpoints", status_code=201, summary="Make an endpoint of any platform")
    async def create(request: Request, body: NewEndpoint, org: str = authorised) -> EndpointShape:
        caller = house.caller(request, org)
        wish = EndpointWish(
            url=body.url,
            description=body.description,
            types=body.types,
            narrowed="types" in body.model_fields_set,
        )
        command = CreateEndpoint(
            **caller.ids(),
            platform=body.platform,
            request_key=caller.request_key,
            wish=wish,
            settings=body.settings or SettingsPatch(),
            active=body.active,
        )
        return EndpointShape.of((await house.call(command)).endpoint, house.now())

    @routes.patch(
        "/endpoints/{endpoint_id}",
        summary="Change some of an endpoint; what is left out stays, null is the default",
    )
    async def change(
        request: Request, endpoint_id: str, body: EndpointPatch, org: str = authorised
    ) -> EndpointShape:
        command = ChangeEndpoint(
            **house.caller(request, org).ids(), endpoint_id=token(endpoint_id), patch=body
        )
        return EndpointShape.of((await house.call(command)).endpoint, house.now())

    @routes.delete("/endpoints/{endpoint_id}", status_code=204, summary="Delete an endpoint")
    async def delete(request: Request, endpoint_id: str, org: str = authorised) -> Response:
        ids = house.caller(request, org).ids()
        command = DeleteEndpoint(**ids, platform=None, endpoint_id=token(endpoint_id))
        await house.call(command)
        return Response(status_code=204)
