"""What `/v1` does with one endpoint beside changing it: its keys, an example, a test."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from telecine.gateway.control.endpoint_shapes import (
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
from telecine.shared.contracts.endpoint_testing import GetExample, TestEndpoint


def add_endpoint_keys(routes: APIRouter, house: House, authorised: Any) -> None:
    """Register what shows and rotates keys."""

    @routes.get(
        "/endpoints/{endpoint_id}/secret", summary="An endpoint's keys; each reading is on record"
    )
    async def secret(
        request: Request,
        response: Response,
        endpoint_id: str,
        org: str = authorised,
        private: Annotated[
            bool, Query(description="Show the secret half of ed25519 keys too.")
        ] = False,
    ) -> SecretAnswer:
        ids = house.caller(request, org).ids()
        query = ReadSecrets(**ids, endpoint_id=token(endpoint_id), private=private)
        keys = [KeyAnswer.of(key) for key in (await house.call(query)).keys]
        current = next((key.secret for key in keys if key.kind == "v1"), None)
        response.headers["cache-control"] = "no-store"
        return SecretAnswer(secret=current, keys=keys)

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
        return EndpointShape.of((await house.call(command)).endpoint, house.now())


def add_endpoint_tests(routes: APIRouter, house: House, authorised: Any) -> None:
    """Register what tries an endpoint out."""

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
