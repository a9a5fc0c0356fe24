"""Errors outside every route (unknown path, wrong method, a defect) in the shape of the path's owner."""

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from telecine.platforms import packs
from telecine.platforms.routes import RETRY_AFTER


def control_failure(_: Request, status: int, message: str, field: str | None = None) -> Response:
    """Answer an error in the control API's own shape."""
    error = {"status": status, "message": message, "field": field}
    return JSONResponse({"error": error}, status)


def failure(request: Request, status: int, message: str) -> Response:
    """Answer an error as the owner of the path words it; a 503 says when to ask again."""
    answer = _worded(request, status, message)
    if status == 503:
        answer.headers.setdefault("retry-after", RETRY_AFTER)
    return answer


def _worded(request: Request, status: int, message: str) -> Response:
    path = request.url.path
    for pack in packs().values():
        if any(path == prefix or path.startswith(f"{prefix}/") for prefix in pack.paths):
            return pack.failure(request, status, message)
    return control_failure(request, status, message)
