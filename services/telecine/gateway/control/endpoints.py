"""`/v1/endpoints`: endpoints of every platform, with the settings that the platforms have no words for."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from telecine.gateway.control.endpoint_shapes import (
    EndpointsAnswer,
    EndpointShape,
    ExampleAnswer,
    KeyAnswer,
    Rotation,
    SecretAnswer,
    TestAnswer,
    TestWish,
)
from telecine.gateway.control.tokens import token
from telecine.platforms.house import House
from telecine.shared.contracts.endpoint_secrets import ReadSecrets, RotateSecret
from telecine.shared.contracts.endpoint_settings import EndpointPatch, NewEndpoint
from telecine.shared.contracts.endpoint_testing import GetExample, TestEndpoint
from telecine.shared.contracts.subscriptions import (
    ChangeEndpoint,
    CreateEndpoint,
    DeleteEndpoint,
    EndpointWish,
    GetEndpoint,
    ListEndpoints,
)
from telecine.shared.endpoint import Living

#: Endpoints in one question: each may have 12 kB, and a reply 1 MiB.
_PAGE = 50


def add_endpoints(routes: APIRouter, house: House, authorised: Any) -> None:
    """Register what makes, shows, changes and deletes endpoints."""
    _reading(routes, house, authorised)
    _writing(routes, house, authorised)
    _keys(routes, house, authorised)
    _tests(routes, house, authorised)


def _reading(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.get("/endpoints", summary="Endpoints of every platform, newest first")
    async def endpoints(
        org: str = authorised,
        platform: str | None = None,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> EndpointsAnswer:
        found: list[Living] = []
        total, last = offset + limit, offset + limit
        for start in range(offset, last, _PAGE):
            query = ListEndpoints(
                org=org, platform=platform, offset=start, limit=min(_PAGE, last - start)
            )
            page = await house.call(query)
            found, total = [*found, *page.endpoints], page.total
        return EndpointsAnswer(endpoints=[EndpointShape.of(each) for each in found], total=total)

    @routes.get("/endpoints/{endpoint_id}", summary="One endpoint")
    async def endpoint(endpoint_id: str, org: str = authorised) -> EndpointShape:
        found = await house.call(GetEndpoint(org=org, endpoint_id=token(endpoint_id)))
        return EndpointShape.of(found.endpoint)


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
            settings=body.settings,
            active=body.active,
        )
        return EndpointShape.of((await house.call(command)).endpoint)

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
        return EndpointShape.of((await house.call(command)).endpoint)

    @routes.delete("/endpoints/{endpoint_id}", status_code=204, summary="Delete an endpoint")
    async def delete(request: Request, endpoint_id: str, org: str = authorised) -> Response:
        ids = house.caller(request, org).ids()
        command = DeleteEndpoint(**ids, platform=None, endpoint_id=token(endpoint_id))
        await house.call(command)
        return Response(status_code=204)


def _keys(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.get(
        "/endpoints/{endpoint_id}/secret", summary="An endpoint's keys; each reading is on record"
    )
    async def secret(
        request: Request,
        endpoint_id: str,
        org: str = authorised,
        private: Annotated[
            bool, Query(description="Show the secret half of ed25519 keys too.")
        ] = False,
    ) -> SecretAnswer:
        ids = house.caller(request, org).ids()
        query = ReadSecrets(**ids, endpoint_id=token(endpoint_id), private=private)
        keys = [KeyAnswer.of(key) for key in (await house.call(query)).keys]
        current = next(key.secret for key in keys if key.kind == "v1")
        return SecretAnswer(secret=current or "", keys=keys)

    @routes.post(
        "/endpoints/{endpoint_id}/secret/rotate",
        summary="Let a new key sign; the old one signs along for a day, or as long as you say",
    )
    async def rotate(
        request: Request,
        endpoint_id: str,
        org: str = authorised,
        body: Rotation | None = None,
    ) -> EndpointShape:
        caller, wish = house.caller(request, org), body or Rotation()
        command = RotateSecret(
            **caller.ids(),
            request_key=caller.request_key,
            endpoint_id=token(endpoint_id),
            kind=wish.kind,
            secret=wish.secret,
            overlap=wish.overlap,
        )
        return EndpointShape.of((await house.call(command)).endpoint)


def _tests(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.get(
        "/endpoints/{endpoint_id}/example", summary="A webhook as the endpoint would get it"
    )
    async def example(
        endpoint_id: str,
        org: str = authorised,
        type_: Annotated[str | None, Query(alias="type")] = None,
    ) -> ExampleAnswer:
        query = GetExample(org=org, endpoint_id=token(endpoint_id), type=type_)
        found = await house.call(query)
        return ExampleAnswer(type=found.type, headers=found.headers, body=json.loads(found.body))

    @routes.post(
        "/endpoints/{endpoint_id}/test",
        status_code=202,
        summary="Send an example now: one attempt, no retry, on record like any other",
    )
    async def test(
        request: Request,
        endpoint_id: str,
        org: str = authorised,
        body: TestWish | None = None,
    ) -> TestAnswer:
        caller = house.caller(request, org)
        command = TestEndpoint(
            **caller.ids(),
            request_key=caller.request_key,
            endpoint_id=token(endpoint_id),
            type=body.type if body else None,
        )
        owed = await house.call(command)
        return TestAnswer(delivery_id=owed.delivery_id, type=owed.type)
