"""Paths end in a slash; without one a read is redirected and everything else finds nothing."""

import pytest

from tests.house import TestHouse
from tests.platforms.tpstreams.calling import KEY, NOBODY
from tests.platforms.tpstreams.documented import NOWHERE

PATHS = [
    "/api/v1/demo/webhooks",
    f"/api/v1/demo/webhooks/{NOBODY}",
    "/api/v1/demo/assets",
    "/api/v1/demo/assets/videos",
    f"/api/v1/demo/assets/{NOBODY}",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_read_without_the_slash_is_redirected_before_any_key_is_asked_for(
    standing: TestHouse, method: str, path: str
) -> None:
    # when
    answer = await standing.http.request(method, f"{path}?limit=1&x=%0D%0A")

    # then
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{path}/?limit=1&x=%0D%0A"
    assert answer.content == b""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_write_without_the_slash_finds_nothing(
    standing: TestHouse, method: str, path: str
) -> None:
    # when
    answer = await standing.http.request(method, path, headers=KEY, json={})

    # then
    assert (answer.status_code, answer.text) == (404, NOWHERE)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_redirect_leads_to_the_answer(standing: TestHouse) -> None:
    answer = await standing.http.get(PATHS[0], headers=KEY, follow_redirects=True)

    assert answer.status_code == 200
    assert answer.url.path == f"{PATHS[0]}/"


async def test_redirect_cannot_be_made_to_send_headers(standing: TestHouse) -> None:
    answer = await standing.http.get("/api/v1/de%0D%0ASet-Cookie:%20a=b/webhooks")

    assert answer.headers["location"] == "/api/v1/de%0D%0ASet-Cookie%3A%20a%3Db/webhooks/"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/demo/", "/api/v1/demo/nonsense/"])
async def test_unknown_path_is_the_documented_sentence(standing: TestHouse, path: str) -> None:
    # when
    answer = await standing.http.get(path, headers=KEY)

    # then
    assert (answer.status_code, answer.text) == (404, NOWHERE)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_head_has_the_length_and_no_body(standing: TestHouse) -> None:
    # when
    whole = await standing.http.get("/api/v1/demo/assets/", headers=KEY)
    head = await standing.http.head("/api/v1/demo/assets/", headers=KEY)

    # then
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]
