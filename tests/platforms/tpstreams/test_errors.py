"""Every error is answered in the framework's words, whoever raised it."""

import json

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from telecine.platforms.routes import Denied, RouteError, WrongOrganisation
from telecine.platforms.tpstreams import PACK
from telecine.platforms.tpstreams.errors import describe
from telecine.shared.errors import Refusal, Unavailable
from tests.platforms.tpstreams.documented import INVALID_TOKEN, NOT_FOUND, NOWHERE

PUT = Request({"type": "http", "method": "PUT", "path": "/api/v1/demo/", "headers": []})


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (Denied("Invalid token."), 401, INVALID_TOKEN),
        (Refusal("not_found", "no such endpoint"), 404, NOT_FOUND),
        (Refusal("conflict", "it is gone"), 409, {"detail": "it is gone"}),
        (Refusal("invalid", "is odd", "url"), 400, {"url": ["is odd"]}),
        (Refusal("invalid", "it is odd"), 400, {"detail": "it is odd"}),
        (Refusal("timeout", "too slow"), 504, {"detail": "too slow"}),
        (Unavailable("no answer"), 503, {"detail": "no answer"}),
        (HTTPException(405), 405, {"detail": 'Method "PUT" not allowed.'}),
        (HTTPException(413, "too large"), 413, {"detail": "too large"}),
        (RequestValidationError([{"msg": "is odd"}]), 400, {"detail": "is odd"}),
    ],
)
def test_error_of_a_route_has_its_status_and_body(
    error: RouteError, status: int, body: dict[str, object]
) -> None:
    # when
    answer = describe(PUT, error)

    # then
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(bytes(answer.body)) == body


@pytest.mark.parametrize("error", [WrongOrganisation("other"), HTTPException(404)])
def test_path_that_leads_nowhere_is_a_bare_sentence(error: RouteError) -> None:
    # when
    answer = describe(PUT, error)

    # then
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert bytes(answer.body).decode() == NOWHERE


@pytest.mark.parametrize("status", [413, 500, 503])
def test_failure_outside_of_every_route_is_a_detail(status: int) -> None:
    # when
    answer = PACK.failure(PUT, status, "what happened")

    # then
    assert answer.status_code == status
    assert json.loads(bytes(answer.body)) == {"detail": "what happened"}
