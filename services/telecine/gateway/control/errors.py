"""Errors of the control API: `{"error": {"status", "message", "field"}}`."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from telecine.gateway.control.wording import fields_of, worded
from telecine.gateway.failures import control_failure
from telecine.platforms.routes import Denied, RouteError, Unreadable
from telecine.shared.errors import Refusal, Unavailable

_STATUS = {"invalid": 400, "not_found": 404, "conflict": 409, "timeout": 504}
#: Characters of a field's name.
_SHOWN = 128


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
            field, message = _first(request, error)
            return control_failure(request, 400, message, field)
        case Unreadable():
            return control_failure(request, 400, error.detail, error.field)
        case HTTPException():
            return control_failure(request, error.status_code, error.detail)
        case _:
            return control_failure(request, 500, str(error))


def _first(request: Request, error: RequestValidationError) -> tuple[str | None, str]:
    """Answer the field that is to blame first, and what is wrong with it."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return None, 'the body is not JSON; send an object such as {"name": "value"}'
    if first["loc"] == ("body",) and first["type"] == "model_attributes_type":
        return None, "the body must be a JSON object, sent with Content-Type: application/json"
    field = ".".join(str(part) for part in first["loc"][1:])[:_SHOWN] or None
    bodies = request.scope["route"].dependant.body_params
    body = bodies[0].field_info.annotation if bodies else None
    if first["loc"] == ("body",) and first["type"] == "missing":
        return None, f"the body is missing; send a JSON object of {', '.join(fields_of(body))}"
    message = worded(first, body)
    return field, f"{field or 'the body'}: {message}"
