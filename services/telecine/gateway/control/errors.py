"""Errors of the control API: `{"error": {"status", "message", "field"}}`."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from telecine.gateway.failures import control_failure
from telecine.platforms.routes import Denied, RouteError
from telecine.shared.errors import Refusal, Unavailable

_STATUS = {"invalid": 400, "not_found": 404, "conflict": 409, "timeout": 504}


def describe(request: Request, error: RouteError) -> Response:
    """Answer an error of a route."""
    match error:
        case Denied():
            answer = control_failure(request, 401, error.message, "Authorization")
            answer.headers["www-authenticate"] = "Bearer"
            return answer
        case Refusal():
            return control_failure(request, _STATUS[error.code], error.message, error.field)
        case Unavailable():
            return control_failure(request, 503, f"{error}; try again")
        case RequestValidationError():
            field, message = _first(error)
            return control_failure(request, 400, message, field)
        case _:
            return control_failure(request, getattr(error, "status_code", 500), str(error))


def _first(error: RequestValidationError) -> tuple[str | None, str]:
    """Answer the field that is to blame first, and what is wrong with it."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return None, 'the body is not JSON; send an object like {"speed": 60}'
    if first["loc"] == ("body",) and first["type"] == "model_attributes_type":
        return None, "the body must be a JSON object, sent with Content-Type: application/json"
    place = [str(part) for part in first["loc"][1:]]
    field = ".".join(place) or None
    message = first["msg"].removeprefix("Value error, ")
    return field, f"{field or 'the body'}: {message}"
