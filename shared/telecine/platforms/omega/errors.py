"""Omega's errors: `{"message": …}`, whatever went wrong.

Its documents show no error at all; the key is that of its documented success messages.
"""

from collections.abc import Mapping

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from telecine.platforms.omega.wire import say
from telecine.platforms.routes import Denied, RouteError, WrongOrganisation
from telecine.shared.errors import Refusal, Unavailable

#: What the house says, in Omega's words.
_WORDS = {"no such folder": "no such collection"}
_STATUSES = {"invalid": 400, "not_found": 404, "conflict": 409, "timeout": 503}


def failure(_: Request, status: int, message: str) -> Response:
    """Answer an error that happened outside our routes in Omega's shape."""
    return say(status, message)


def describe(_: Request, error: RouteError) -> Response:
    """Answer the response to an error inside one of our routes."""
    match error:
        case Denied():
            return _with({"WWW-Authenticate": "Bearer"}, say(401, error.message))
        case Refusal():
            return say(_STATUSES[error.code], _named(error))
        case Unavailable():
            return say(503, f"{error}; try again")
        case HTTPException():
            return _with(error.headers, say(error.status_code, str(error.detail)))
        case WrongOrganisation():
            return say(404, "no such company")
        case RequestValidationError():
            return say(400, "; ".join(f"{at['loc'][-1]}: {at['msg']}" for at in error.errors()))


def _with(headers: Mapping[str, str] | None, response: Response) -> Response:
    response.headers.update(headers or {})
    return response


def _named(error: Refusal) -> str:
    message = _WORDS.get(error.message, error.message)
    return f"{error.field}: {message}" if error.field else message
