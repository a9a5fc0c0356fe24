"""Whatever goes wrong, Omega says it as `{"message": …}` with the status that fits."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from telecine.platforms.omega import PACK
from telecine.platforms.omega.errors import describe
from telecine.platforms.omega.streaming import array
from telecine.platforms.routes import Denied, RouteError, WrongOrganisation
from telecine.shared.errors import Refusal, Unavailable

REQUEST = Request({"type": "http", "method": "GET", "path": "/company", "headers": []})


def said(response: Response) -> tuple[int, Any]:
    assert response.headers["content-type"] == "application/json"
    return response.status_code, json.loads(bytes(response.body))


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (Refusal("invalid", "must be a string", "title"), 400, "title: must be a string"),
        (Refusal("invalid", "the body is not JSON"), 400, "the body is not JSON"),
        (Denied("no key", missing=True), 401, "no key"),
        (Refusal("not_found", "no such video"), 404, "no such video"),
        (WrongOrganisation(), 404, "no such company"),
        (HTTPException(405, "Method Not Allowed"), 405, "Method Not Allowed"),
        (Refusal("conflict", "it was deleted"), 409, "it was deleted"),
        (Unavailable("ingest does not answer"), 503, "ingest does not answer; try again"),
        (Refusal("timeout", "too slow"), 503, "too slow"),
        (RequestValidationError([{"loc": ("query", "a"), "msg": "is bad"}]), 400, "a: is bad"),
    ],
)
def test_each_error_has_its_status_and_omegas_body(
    error: RouteError, status: int, message: str
) -> None:
    assert said(describe(REQUEST, error)) == (status, {"message": message})


def test_an_answer_without_a_good_key_names_the_scheme() -> None:
    assert describe(REQUEST, Denied("no key")).headers["www-authenticate"] == "Bearer"


def test_an_http_errors_headers_are_kept() -> None:
    error = HTTPException(405, "Method Not Allowed", {"Allow": "GET"})

    assert describe(REQUEST, error).headers["allow"] == "GET"


def test_errors_outside_the_routes_look_the_same() -> None:
    assert said(PACK.failure(REQUEST, 413, "too large")) == (413, {"message": "too large"})


async def collected(response: Any) -> bytes:
    return b"".join([piece async for piece in response.body_iterator])


async def pages(*answers: list[dict[str, Any]] | Exception) -> AsyncIterator[list[dict[str, Any]]]:
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
        yield answer


async def test_a_long_list_is_one_array_whatever_its_pages() -> None:
    assert await collected(await array(pages())) == b"[]"
    assert await collected(await array(pages([]))) == b"[]"
    many = await collected(await array(pages([{"a": 1}], [], [{"b": 2}, {"c": 3}], [])))
    assert many == b'[{"a":1},{"b":2},{"c":3}]'


async def test_an_error_before_the_first_page_is_raised_before_anything_is_answered() -> None:
    with pytest.raises(Unavailable):
        await array(pages(Unavailable("gone")))


async def test_a_list_that_breaks_off_is_never_taken_for_a_whole_one() -> None:
    # given
    response = await array(pages([{"a": 1}], Unavailable("gone")))
    sent: list[Any] = []

    async def client() -> None:
        async for piece in response.body_iterator:
            sent.append(piece)

    # when
    with pytest.raises(Unavailable):
        await client()

    # then
    assert sent == [b'[{"a":1}']
