"""What the routes of webhook endpoints refuse, and how, against a whole house."""

import itertools
from typing import Any

import pytest

from tests.house import TestHouse
from tests.platforms.omega.api import BEARER, OTHER, WEBHOOKS, create_endpoint, message, read

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

BAD_KEYS: list[tuple[dict[str, Any], str]] = [
    ({}, "send your key as 'Authorization: Bearer <key>'"),
    ({"Authorization": "Token demo-key"}, "must read 'Bearer <key>'"),
    ({"Authorization": "Bearer"}, "must read 'Bearer <key>'"),
    ({"Authorization": "Bearer demo-key extra"}, "must read 'Bearer <key>'"),
    ({"Authorization": "Bearer nobodys"}, "nobody has this key"),
    ({"Authorization": b"Bearer d\xe9mo"}, "nobody has this key"),
]


async def test_without_a_good_key_every_route_answers_401_first(standing: TestHouse) -> None:
    for (method, route, _), (headers, said) in itertools.product(ROUTES, BAD_KEYS):
        # when: neither the id nor the body is looked at
        path = route.format(id="*")
        answer = await standing.http.request(method, path, content=b"{", headers=headers)

        # then
        assert answer.status_code == 401, (method, route)
        assert said in message(answer)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_scheme_may_be_written_in_any_case(standing: TestHouse) -> None:
    answer = await standing.http.get(WEBHOOKS, headers={"Authorization": "bearer demo-key"})

    assert answer.status_code == 200


async def test_unknown_foreign_and_impossible_ids_get_the_same_404(standing: TestHouse) -> None:
    # given
    made = await create_endpoint(standing, URL)
    cases = [(OTHER, made["id"]), (BEARER, UNKNOWN), (BEARER, "abc"), (BEARER, made["id"].upper())]
    # What a subject inside the standing would take for "any".
    cases += [(BEARER, "*"), (BEARER, "%3E"), (BEARER, "a.b"), (BEARER, "%20"), (BEARER, "é")]

    for method, route, body in OF_ONE:
        for headers, endpoint_id in cases:
            # when
            answer = await standing.http.request(
                method, route.format(id=endpoint_id), json=body, headers=headers
            )

            # then
            assert answer.status_code == 404, (method, route, endpoint_id)
            assert message(answer) == "no such endpoint"
    assert [each["active"] for each in await read(standing, WEBHOOKS)] == [True]


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


async def test_what_is_outside_the_routes_is_refused_in_omegas_shape(standing: TestHouse) -> None:
    # when
    unknown = await standing.http.get("/company/client/nothing", headers=BEARER)
    wrong = await standing.http.patch(WEBHOOKS, headers=BEARER)
    large = await standing.http.post(WEBHOOKS, content=b" " * 300_000, headers=BEARER)

    # then
    assert [answer.status_code for answer in (unknown, wrong, large)] == [404, 405, 413]
    assert all(message(answer) for answer in (unknown, wrong, large))


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
