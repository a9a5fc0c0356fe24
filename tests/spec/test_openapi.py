"""The OpenAPI document: generated from routes and what packs say of them, committed, true of webhooks."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from jsonschema_rs import Draft202012Validator

from telecine.platforms import packs
from telecine.platforms.saying import KEY
from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES
from telecine.simulations.commands.spec import written
from telecine.simulations.receiver import Received
from telecine.simulations.spec.door import composed
from telecine.simulations.spec.openapi import document
from tests.customer import Customer
from tests.house import TestHouse

ROOT = Path(__file__).parents[2]
VERBS = {"get", "put", "post", "delete", "patch", "head", "options"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document()


def operations(described: dict[str, Any]) -> list[tuple[str, str, Any]]:
    return [
        (verb, path, operation)
        for path, item in described["paths"].items()
        for verb, operation in item.items()
        if verb in VERBS
    ]


def test_the_committed_document_is_what_the_code_says(described: dict[str, Any]) -> None:
    committed = (ROOT / "docs/openapi.json").read_text()

    assert committed == written(described), "docs/openapi.json is out of date: run `make docs`"


def test_it_is_openapi_3_1_by_the_standards_own_schema(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(described).validate()


async def test_a_house_describes_itself_by_the_same_document(
    house: TestHouse, described: dict[str, Any]
) -> None:
    assert (await house.http.get("/openapi.json")).json() == described


def test_every_route_of_a_pack_says_what_it_takes_and_answers() -> None:
    """A new route needs a line in its pack's `said.py`; a line without a route is out of date."""
    with composed() as app:
        named = {
            (route.tags[0], route.endpoint.__qualname__)
            for included in app.routes
            for route in getattr(getattr(included, "original_router", None), "routes", [])
            if getattr(route, "include_in_schema", False) and getattr(route, "tags", [])
        }
    for pack in packs().values():
        assert pack.saying
        tag = pack.saying.scheme
        assert {name for of, name in named if of == tag} == set(pack.saying.routes), pack.name


def test_every_operation_has_an_answer_an_error_and_its_key(described: dict[str, Any]) -> None:
    schemes = set(described["components"]["securitySchemes"])

    assert schemes == {"Control", "OmegaStream", "TPStreams"}
    for verb, path, operation in operations(described):
        where = f"{verb} {path}"
        assert any(code.startswith("2") for code in operation["responses"]), where
        assert operation["summary"], where
        if set(operation["tags"]) & {"control", *schemes}:
            assert {"400", "401", "404", "503"} <= set(operation["responses"]), where
            assert "security" in operation, where
        keyed = any(each["name"] == KEY for each in operation.get("parameters", []))
        assert keyed == ("422" in operation["responses"]) or operation["tags"] == ["tus"], where


def test_every_sent_type_of_every_platform_is_a_webhook(described: dict[str, Any]) -> None:
    for name in ("video.uploaded", "video.process_succeeded", "video.process_failed"):
        assert f"omega.{name}" in described["webhooks"]
    assert {"tpstreams.asset", "tpstreams.transcoding_job"} <= set(described["webhooks"])


def test_the_houses_own_types_are_webhooks_too(described: dict[str, Any]) -> None:
    assert set(OPERATIONAL_TYPES) <= set(described["webhooks"])


async def test_webhooks_are_as_the_document_says(
    house: TestHouse, described: dict[str, Any]
) -> None:
    customer = Customer(house.http)
    types = ("video.uploaded", "video.process_succeeded")
    await customer.endpoint(house.receiver.on("/omega"), *types)
    await customer.tpstreams_endpoint(house.receiver.on("/tpstreams"), "a-token")
    job = {
        "input_url": "https://example.com/a.mp4",
        "output_path": "s3://bucket/a/",
        "resolutions": ["240p"],
    }
    token = {"authorization": "Token demo-key"}

    await customer.upload()
    answer = await house.http.post("/api/v1/demo/transcoding_jobs/", json=job, headers=token)
    assert answer.status_code == 201, answer.text
    await house.receiver.wait(lambda r: len(r.at("/omega")) >= 2 and len(r.at("/tpstreams")) >= 5)

    told = {_hold(received, described) for received in house.receiver.received}
    assert told == {
        *(f"omega.{name}" for name in types),
        "tpstreams.asset",
        "tpstreams.transcoding_job",
    }


async def test_the_houses_own_webhooks_are_as_the_document_says(
    house: TestHouse, described: dict[str, Any]
) -> None:
    customer = Customer(house.http)
    url = house.receiver.on("/own")
    body = {"platform": "tpstreams", "url": url, "types": ["endpoint.*", "delivery.*"]}
    endpoint = await customer.call("POST", "/v1/endpoints", body, status=201)

    for each in OPERATIONAL_TYPES:
        path = f"/v1/endpoints/{endpoint['id']}/test"
        await customer.call("POST", path, {"type": each}, status=202)
    await house.receiver.wait(lambda r: len(r.at("/own")) >= len(OPERATIONAL_TYPES))

    assert {_hold(each, described) for each in house.receiver.received} == set(OPERATIONAL_TYPES)


def _hold(received: Received, described: dict[str, Any]) -> str:
    """Hold a webhook against the document; answer its name there."""
    body = received.json()
    if body.get("type") in OPERATIONAL_TYPES:
        name = str(body["type"])
    elif "api_version" in body:
        name = f"omega.{body['type']}"
    else:
        name = "tpstreams.asset" if "live_stream" in body else "tpstreams.transcoding_job"
    said = described["webhooks"][name]["post"]
    for header in said["parameters"]:
        assert header["name"] in received.headers or not header["required"], header["name"]
    assert ("x-streams-token" in received.headers) == name.startswith("tpstreams")
    schema = said["requestBody"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": described["components"]}
    errors = [str(error) for error in Draft202012Validator(whole).iter_errors(body)]
    assert not errors, f"{name} {json.dumps(body)}: {errors[0]}"
    return name
