"""First the key, then the organisation, then the method, then the object: 401, 404, 405, 404."""

import pytest

from tests.house import TestHouse
from tests.platforms.tpstreams.calling import KEY, NOBODY, make_asset, make_webhook
from tests.platforms.tpstreams.documented import INVALID_TOKEN, NOT_FOUND, NOWHERE

MISSING = {"detail": "Authentication credentials were not provided."}
ROUTES = [
    ("POST", "webhooks/"),
    ("GET", "webhooks/"),
    ("HEAD", "webhooks/"),
    ("PATCH", "webhooks/"),
    ("PUT", f"webhooks/{NOBODY}/"),
    ("DELETE", f"webhooks/{NOBODY}/"),
    ("GET", f"webhooks/{NOBODY}/"),
    ("GET", "assets/"),
    ("POST", "assets/"),
    ("POST", "assets/videos/"),
    ("GET", "assets/videos/"),
    ("GET", f"assets/{NOBODY}/"),
    ("PUT", f"assets/{NOBODY}/"),
    ("DELETE", f"assets/{NOBODY}/"),
    ("POST", f"assets/{NOBODY}/move/"),
    ("POST", "assets/folders/"),
    ("GET", "assets/folders/"),
    ("POST", "assets/live_streams/"),
    ("GET", "assets/live_streams/"),
    ("POST", f"assets/{NOBODY}/start_server/"),
    ("POST", f"assets/{NOBODY}/stop_live_stream/"),
    ("POST", "transcoding_jobs/"),
    ("GET", "transcoding_jobs/"),
    ("GET", f"transcoding_jobs/{NOBODY}/"),
    ("DELETE", f"transcoding_jobs/{NOBODY}/"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_every_route_asks_for_the_key_first_even_of_an_unknown_organisation(
    standing: TestHouse, method: str, path: str
) -> None:
    for org in ("demo", "nobodys"):
        # when
        answer = await standing.http.request(method, f"/api/v1/{org}/{path}")

        # then
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Token"
        if method != "HEAD":
            assert answer.json() == MISSING


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("org", ["other", "nobodys", "DEMO"])
async def test_every_route_then_asks_for_the_keys_own_organisation(
    standing: TestHouse, method: str, path: str, org: str
) -> None:
    # when
    answer = await standing.http.request(method, f"/api/v1/{org}/{path}", headers=KEY)

    # then
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    if method != "HEAD":
        assert answer.text == NOWHERE


@pytest.mark.parametrize("header", ["Token wrong", "token DEMO-KEY", "Token demo-key-2"])
async def test_unknown_key_is_an_invalid_token(standing: TestHouse, header: str) -> None:
    # when
    answer = await standing.http.get("/api/v1/demo/webhooks/", headers={"Authorization": header})

    # then
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Token"
    assert answer.json() == INVALID_TOKEN


async def test_scheme_may_be_written_in_lower_case(standing: TestHouse) -> None:
    answer = await standing.http.get(
        "/api/v1/demo/webhooks/", headers={"Authorization": "token demo-key"}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"webhooks/{NOBODY}/"),
        ("DELETE", f"webhooks/{NOBODY}/"),
        ("GET", f"assets/{NOBODY}/"),
        ("GET", f"assets/{NOBODY.upper()}x/"),
        ("GET", "assets/*/"),
        ("GET", "assets/%3E/"),
        ("DELETE", "webhooks/*/"),
        ("PUT", "webhooks/%3E/"),
        ("DELETE", f"assets/{NOBODY}/"),
        ("POST", f"assets/{NOBODY}/move/"),
        ("POST", f"assets/{NOBODY}/access_tokens/"),
        ("POST", f"assets/{NOBODY}/start_server/"),
        ("POST", f"assets/{NOBODY}/stop_live_stream/"),
        ("GET", f"transcoding_jobs/{NOBODY}/"),
        ("POST", f"assets/{NOBODY}/generate_subtitle/"),
        ("GET", f"assets/{NOBODY}/trim/status/"),
        ("DELETE", f"assets/{NOBODY}/chapters/1/"),
    ],
)
async def test_unknown_object_is_json_and_found_out_before_the_body_is_read(
    standing: TestHouse, method: str, path: str
) -> None:
    # given: something that a wildcard would find
    await make_asset(standing.http)
    await make_webhook(standing.http)

    # when
    answer = await standing.http.request(method, f"/api/v1/demo/{path}", headers=KEY, content=b"{")

    # then
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == NOT_FOUND


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "webhooks/", "POST, GET, HEAD"),
        ("PATCH", f"webhooks/{NOBODY}/", "PUT, DELETE"),
        ("GET", f"webhooks/{NOBODY}/", "PUT, DELETE"),
        ("GET", "assets/videos/", "POST"),
        ("POST", "assets/", "GET, HEAD"),
        ("DELETE", "assets/", "GET, HEAD"),
        ("OPTIONS", f"assets/{NOBODY}/", "GET, DELETE, HEAD"),
        ("PUT", "transcoding_jobs/", "POST, GET, HEAD"),
        ("GET", f"assets/{NOBODY}/move/", "POST"),
    ],
)
async def test_method_that_a_path_does_not_know_is_named(
    standing: TestHouse, method: str, path: str, allowed: str
) -> None:
    # when
    answer = await standing.http.request(method, f"/api/v1/demo/{path}", headers=KEY)

    # then
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.json() == {"detail": f'Method "{method}" not allowed.'}


async def test_method_that_nobody_knows_is_answered_in_the_same_shape(
    standing: TestHouse,
) -> None:
    answer = await standing.http.request("TRACE", "/api/v1/demo/webhooks/", headers=KEY)

    assert answer.status_code == 405
    assert answer.json() == {"detail": 'Method "TRACE" not allowed.'}
