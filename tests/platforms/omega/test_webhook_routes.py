"""Webhook endpoints over HTTP, against a whole house."""

import asyncio
import itertools
import re
from typing import Any

import pytest

from tests.house import TestHouse
from tests.platforms.omega import samples
from tests.platforms.omega.api import (
    BEARER,
    OTHER,
    WEBHOOKS,
    create_endpoint,
    message,
    read,
    upload_link,
)

SPELLINGS = [WEBHOOKS, "/company/webhooks", "/company/company/webhooks"]
URL = "http://localhost:8888/webhook"
BODY = {"url": URL, "events": ["video.uploaded"]}
UNKNOWN = "0" * 24

#: Every route of endpoints and events: method, path, body.
ROUTES: list[tuple[str, str, Any]] = [
    ("POST", WEBHOOKS, BODY),
    ("GET", WEBHOOKS, None),
    ("GET", WEBHOOKS, BODY),
    ("GET", f"{WEBHOOKS}/all", None),
    *(("PUT", f"{path}/{{id}}", BODY) for path in SPELLINGS),
    *(("DELETE", f"{path}/{{id}}", None) for path in SPELLINGS),
    *(("POST", f"{path}/{{id}}/status", {"active": True}) for path in SPELLINGS),
    ("GET", f"{WEBHOOKS}/{{id}}", None),
    ("GET", f"{WEBHOOKS}/{{id}}/events", None),
    ("GET", f"{WEBHOOKS}/{{id}}/events/{UNKNOWN}", None),
]
OF_ONE = [route for route in ROUTES if "{id}" in route[1]]
WITH_BODY = [route for route in ROUTES if route[2]]


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_create_answers_200_and_the_documented_object(house: TestHouse, method: str) -> None:
    # given
    events = samples.ENDPOINT["events"]

    # when
    answer = await house.http.request(
        method, WEBHOOKS, json={"url": URL, "events": events}, headers=BEARER
    )

    # then
    shape = answer.json()
    assert answer.status_code == 200
    assert list(shape) == list(samples.ENDPOINT)
    assert re.fullmatch("[0-9a-f]{24}", shape["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", shape["created_at"])
    assert shape["coid"] == "omega-cop-demo"
    assert (shape["url"], shape["description"], shape["active"]) == (URL, None, True)
    assert shape["events"] == events
    assert [each["id"] for each in await read(house, f"{WEBHOOKS}/all")] == [shape["id"]]


async def test_get_without_a_body_lists_as_all_does(house: TestHouse) -> None:
    # given
    assert await read(house, WEBHOOKS) == []
    first = await create_endpoint(house, URL)
    second = await create_endpoint(house, URL)

    # when
    listed = await read(house, WEBHOOKS)

    # then
    assert [each["id"] for each in listed] == [second["id"], first["id"]], "newest first"
    assert listed == await read(house, f"{WEBHOOKS}/all")
    assert list(listed[0]) == list(samples.ENDPOINT)
    assert re.search(r"\.\d{3}Z$", listed[0]["created_at"]), "read with milliseconds"


async def test_a_list_is_whole_however_many_there_are(house: TestHouse) -> None:
    # given
    made = await asyncio.gather(*(create_endpoint(house, f"{URL}/{n}") for n in range(103)))

    # then
    listed = await read(house, f"{WEBHOOKS}/all")
    assert sorted(each["url"] for each in listed) == sorted(each["url"] for each in made)


async def test_a_list_of_the_largest_endpoints_is_more_than_one_message(house: TestHouse) -> None:
    # given
    start = "http://localhost/"
    body = {
        "url": start + "\N{CLAPPER BOARD}" * (2048 - len(start)),
        "description": "\x01" * 1000,
        "events": samples.ENDPOINT["events"],
    }
    calls = [house.http.post(WEBHOOKS, json=body, headers=BEARER) for _ in range(100)]
    assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}

    # when
    answer = await house.http.get(WEBHOOKS, headers=BEARER)

    # then
    assert len(answer.json()) == 100
    assert len(answer.content) > 1024 * 1024


async def test_an_organisation_lists_its_own_endpoints_only(house: TestHouse) -> None:
    # given
    await create_endpoint(house, URL)

    # then
    answer = await house.http.get(f"{WEBHOOKS}/all", headers=OTHER)
    assert answer.json() == []


async def test_the_same_idempotency_key_makes_one_endpoint(house: TestHouse) -> None:
    # when
    first, again, other = [
        await create_endpoint(house, URL, headers={"Idempotency-Key": key}) for key in "aab"
    ]

    # then
    assert first == again
    assert other["id"] != first["id"]


async def test_a_key_whose_endpoint_was_deleted_is_a_conflict(house: TestHouse) -> None:
    # given
    headers = {**BEARER, "Idempotency-Key": "a"}
    made = await create_endpoint(house, URL, headers=headers)
    await house.http.delete(f"{WEBHOOKS}/{made['id']}", headers=BEARER)

    # when
    answer = await house.http.post(WEBHOOKS, json=BODY, headers=headers)

    # then
    assert answer.status_code == 409
    assert "deleted" in message(answer)


@pytest.mark.parametrize("path", SPELLINGS)
async def test_update_replaces_what_create_set(house: TestHouse, path: str) -> None:
    # given
    made = await create_endpoint(house, URL)
    wish = {"url": f"{URL}/new", "events": ["video.deleted"], "description": "new"}

    # when
    answer = await house.http.put(f"{path}/{made['id']}", json=wish, headers=BEARER)

    # then
    shape = answer.json()
    assert answer.status_code == 200
    assert list(shape) == list(samples.ENDPOINT)
    assert {key: shape[key] for key in wish} == wish
    assert shape["id"] == made["id"]
    assert shape["updated_at"] >= shape["created_at"]
    assert await read(house, f"{WEBHOOKS}/all") == [shape]

    # and without a description there is none again
    answer = await house.http.put(f"{path}/{made['id']}", json=BODY, headers=BEARER)
    assert answer.json()["description"] is None


@pytest.mark.parametrize("path", SPELLINGS)
async def test_a_deleted_endpoint_is_gone(house: TestHouse, path: str) -> None:
    # given
    made = await create_endpoint(house, URL)

    # when
    answer = await house.http.delete(f"{path}/{made['id']}", headers=BEARER)

    # then
    assert answer.status_code == 200
    assert answer.json() == {"message": "webhook endpoint deleted"}
    assert await read(house, f"{WEBHOOKS}/all") == []
    for method, route, body in OF_ONE:
        again = await house.http.request(
            method, route.format(id=made["id"]), json=body, headers=BEARER
        )
        assert again.status_code == 404, (method, route)


@pytest.mark.parametrize("path", SPELLINGS)
async def test_status_switches_an_endpoint_off_and_on(house: TestHouse, path: str) -> None:
    # given
    made = await create_endpoint(house, URL)

    for active in (False, False, True):
        # when
        answer = await house.http.post(
            f"{path}/{made['id']}/status", json={"active": active}, headers=BEARER
        )

        # then
        assert answer.status_code == 200
        assert list(answer.json()) == list(samples.ENDPOINT)
        assert answer.json()["active"] is active
        assert (await read(house, WEBHOOKS))[0]["active"] is active


async def test_an_endpoint_that_is_off_has_no_effect(house: TestHouse) -> None:
    # given
    off = await create_endpoint(house, house.receiver.on("/off"), ["video.uploaded"])
    await house.http.post(f"{WEBHOOKS}/{off['id']}/status", json={"active": False}, headers=BEARER)
    await create_endpoint(house, house.receiver.on("/on"), ["video.uploaded"])

    # when: the second webhook of the other proves that the first video was matched
    for _ in range(2):
        await upload_link(house)
    await house.receiver.wait(lambda it: len(it.at("/on")) == 2)

    # then
    assert house.receiver.at("/off") == []
    assert await read(house, f"{WEBHOOKS}/{off['id']}") == []


BAD_KEYS: list[tuple[dict[str, Any], str]] = [
    ({}, "send your key as 'Authorization: Bearer <key>'"),
    ({"Authorization": "Token demo-key"}, "must read 'Bearer <key>'"),
    ({"Authorization": "Bearer"}, "must read 'Bearer <key>'"),
    ({"Authorization": "Bearer demo-key extra"}, "must read 'Bearer <key>'"),
    ({"Authorization": "Bearer nobodys"}, "nobody has this key"),
    ({"Authorization": b"Bearer d\xe9mo"}, "nobody has this key"),
]


async def test_without_a_good_key_every_route_answers_401_first(house: TestHouse) -> None:
    for (method, route, _), (headers, said) in itertools.product(ROUTES, BAD_KEYS):
        # when: neither the id nor the body is looked at
        path = route.format(id="*")
        answer = await house.http.request(method, path, content=b"{", headers=headers)

        # then
        assert answer.status_code == 401, (method, route)
        assert said in message(answer)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_scheme_may_be_written_in_any_case(house: TestHouse) -> None:
    answer = await house.http.get(WEBHOOKS, headers={"Authorization": "bearer demo-key"})

    assert answer.status_code == 200


async def test_unknown_foreign_and_impossible_ids_get_the_same_404(house: TestHouse) -> None:
    # given
    made = await create_endpoint(house, URL)
    cases = [(OTHER, made["id"]), (BEARER, UNKNOWN), (BEARER, "abc"), (BEARER, made["id"].upper())]
    # What a subject inside the house would take for "any".
    cases += [(BEARER, "*"), (BEARER, "%3E"), (BEARER, "a.b"), (BEARER, "%20"), (BEARER, "é")]

    for method, route, body in OF_ONE:
        for headers, endpoint_id in cases:
            # when
            answer = await house.http.request(
                method, route.format(id=endpoint_id), json=body, headers=headers
            )

            # then
            assert answer.status_code == 404, (method, route, endpoint_id)
            assert message(answer) == "no such endpoint"
    assert [each["active"] for each in await read(house, WEBHOOKS)] == [True]


async def test_a_bad_body_is_refused_by_every_route_that_takes_one(house: TestHouse) -> None:
    # given
    made = await create_endpoint(house, URL)

    for method, route, _ in WITH_BODY:
        for content in (b"{", b"[]", b"{}", b'{"unknown":1}', b" "):
            # when
            answer = await house.http.request(
                method, route.format(id=made["id"]), content=content, headers=BEARER
            )

            # then
            assert answer.status_code == 400, (method, route, content)
            assert message(answer)
    assert await read(house, WEBHOOKS) == await read(house, f"{WEBHOOKS}/all")
    assert len(await read(house, WEBHOOKS)) == 1


async def test_what_is_outside_the_routes_is_refused_in_omegas_shape(house: TestHouse) -> None:
    # when
    unknown = await house.http.get("/company/client/nothing", headers=BEARER)
    wrong = await house.http.patch(WEBHOOKS, headers=BEARER)
    large = await house.http.post(WEBHOOKS, content=b" " * 300_000, headers=BEARER)

    # then
    assert [answer.status_code for answer in (unknown, wrong, large)] == [404, 405, 413]
    assert all(message(answer) for answer in (unknown, wrong, large))
