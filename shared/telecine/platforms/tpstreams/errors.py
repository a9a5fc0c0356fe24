"""Every error that TPStreams answers, in Django REST framework's words.

Two kinds of "not found" are documented (upstream-api.md, B1): a path that leads nowhere, to which
a wrong organisation counts, is a bare sentence; an unknown object is JSON. The sentence goes out
as `text/plain`: the documents print it without markup, and nobody should parse it as HTML or JSON.
"""

from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from telecine.platforms.routes import Denied, RouteError, WrongOrganisation
from telecine.platforms.tpstreams import storage_answers
from telecine.platforms.tpstreams.answers import answer
from telecine.platforms.tpstreams.upload_policy import BUCKET
from telecine.shared.errors import Refusal, Unavailable

NOWHERE = "The requested resource was not found on this server."
NOT_FOUND = "Not found."

#: What the storage calls an error that is none of its own.
_STORAGE_CODES = {404: "NoSuchKey", 405: "MethodNotAllowed"}
_REFUSED = {"invalid": 400, "conflict": 409, "timeout": 504}


def nowhere() -> Response:
    """Answer that the path leads nowhere."""
    return PlainTextResponse(NOWHERE, HTTPStatus.NOT_FOUND)


def not_found() -> Response:
    """Answer that there is no such object in this organisation."""
    return detail(404, NOT_FOUND)


def not_allowed(request: Request, allowed: str = "") -> Response:
    """Answer that the path does not know the method; `allowed` lists those that it knows."""
    text = f'Method "{request.method}" not allowed.'
    return answer({"detail": text}, 405, {"Allow": allowed} if allowed else None)


def detail(status: int, message: str) -> Response:
    """Answer an error that concerns no field."""
    return answer({"detail": message}, status)


def failure(request: Request, status: int, message: str) -> Response:
    """Answer an error that met no route of ours: an unknown path, a large body, a defect."""
    if request.url.path.startswith(f"/{BUCKET}"):
        return storage_answers.error(status, _STORAGE_CODES.get(status, "InternalError"), message)
    if status == 404:
        return nowhere()
    if status == 405:
        return not_allowed(request)
    return detail(status, message)


def describe(request: Request, error: RouteError) -> Response:
    """Answer an error that one of our routes raised."""
    match error:
        case Denied():
            return answer({"detail": error.message}, 401, {"WWW-Authenticate": "Token"})
        case WrongOrganisation():
            return nowhere()
        case Refusal(code="not_found"):
            return not_found()
        case Refusal(field=str(field), code="invalid"):
            return answer({field: [error.message]}, 400)
        case Refusal():
            return detail(_REFUSED[error.code], error.message)
        case Unavailable():
            return detail(503, str(error))
        case RequestValidationError():
            return detail(400, str(error.errors()[0]["msg"]))
        case HTTPException():
            return failure(request, error.status_code, str(error.detail))
