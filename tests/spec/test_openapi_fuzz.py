"""Random requests made from the OpenAPI document: no 5xx, and no answer that it does not describe."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from telecine.simulations.spec.openapi import document
from tests import house as houses
from tests.customer import ORG, Customer
from tests.gateway.tus import ticket
from tests.house import TestHouse

EXAMPLES = 6
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
DOCUMENT = document()
TAGS = sorted(
    {tag for path in DOCUMENT["paths"].values() for each in path.values() for tag in each["tags"]}
)
Ids = dict[str, str]


#: Fields of bodies that random text would never fill well.
GOOD: dict[str, Any] = {
    "url": "http://example.com/clip.mp4",
    "events": ["video.process_failed"],
    "title": "clip",
    "name": "collection",
    "headers": None,
    "secret_token": "token",
    "inputs": [{"url": "http://example.com/clip.mp4"}],
    "resolutions": ["240p"],
    "folder": "",
    "input_url": "http://example.com/clip.mp4",
    "input_path": None,
    "output_path": "s3://bucket/out/",
    "client_metadata": {"mine": 1},
    "start": "2026-01-31 12:00:00",
    "start_time": 1,
    "end_time": 2,
    "expiry": "60",
}


@pytest.fixture(scope="module")
async def standing(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[TestHouse, Ids]]:
    """A house with one thing of each kind, so that requests can lead somewhere; and their ids."""
    async with houses.opened(tmp_path_factory.mktemp("house") / "data") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook"))
        hook = await customer.tpstreams_endpoint(house.receiver.on("/streams"), "token")
        video = await customer.upload()
        delivery = (await customer.one(endpoint, "succeeded"))["id"]
        yield (
            house,
            {
                "org": ORG,
                **dict.fromkeys(("uuid", "video_id", "asset_id"), video),
                **dict.fromkeys(("delivery_id", "event_id"), delivery),
                "endpoint_id": endpoint,
                "webhook_id": hook,
                "collection_id": await made(house, "/company/client/collections", "name"),
                "live_id": await made(house, "/api/v1/demo/assets/live_streams/", "title"),
                "job_id": await made(
                    house,
                    "/api/v1/demo/transcoding_jobs/",
                    "input_url",
                    "output_path",
                    "resolutions",
                ),
            },
        )


async def made(house: TestHouse, path: str, *fields: str) -> str:
    """Make a thing with good fields; answer its id."""
    body = {name: GOOD[name] for name in fields}
    answer = await house.http.post(path, json=body, headers=authorization(path))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def authorization(path: str) -> dict[str, str]:
    scheme = "Token" if path.startswith("/api/v1") else "Bearer"
    return {"authorization": f"{scheme} demo-key"}


def mend(case: Any, ids: Ids) -> None:
    """Let a random request speak of things that exist, in fields that can be read."""
    known = {**ids, "asset_id": ids["live_id"]} if "server" in case.path else ids
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known.get(name, case.path_parameters[name])
    good = {**GOOD, "uuids": [ids["uuid"]], "id": ids["collection_id"]}
    bodies = case.body if isinstance(case.body, list) else [case.body]
    for body in bodies:
        if isinstance(body, dict):
            body.update({name: good[name] for name in body if name in good})


def fuzz(url: str, operation: Any, ids: Ids) -> None:
    """Send some requests of an operation, every other one mended."""
    count = 0
    # Starting and stopping are what it is there to say.
    checks = CHECKS[1:] if operation.path == "/readyz" else CHECKS

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def probe(case: Any) -> None:
        nonlocal count
        count += 1
        if count % 2:
            mend(case, ids)
        elif "org" in (case.path_parameters or {}):
            case.path_parameters["org"] = ids["org"]
        headers = authorization(case.path) | (ticket(ids["uuid"]) if count % 4 else {})
        answer = case.call(base_url=url, headers=headers)
        case.validate_response(answer, checks=checks)

    probe()


@pytest.mark.parametrize("tag", TAGS)
async def test_the_house_answers_as_its_document_says(
    standing: tuple[TestHouse, Ids], tag: str
) -> None:
    house, ids = standing
    schema = schemathesis.openapi.from_dict(DOCUMENT).include(tag=tag)
    schema = schema.exclude(path="/v1/reset")  # all the others need would be gone
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # a bad one would raise
    operations.sort(key=lambda each: each.method == "delete")  # last: others need what is there

    assert operations
    failures = []
    for operation in operations:
        try:
            await asyncio.to_thread(fuzz, house.url, operation, ids)
        except* Exception as group:  # noqa: BLE001 - each operation is told of, not only the first
            failures += [f"{operation.label}: {error}" for error in group.exceptions]
    assert not failures, "\n\n".join(failures)
