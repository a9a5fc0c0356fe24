"""A tus entrance: the library's protocol behind a platform's own admission.

Admission comes before everything the library does (alone, it would write a PATCH's bytes before it
asks who sends them), and an upload can be touched only with leave for its own video.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import Response
from tuspyserver import create_tus_router

from telecine.gateway.uploads import Claim, Uploads
from telecine.platforms.house import House
from telecine.platforms.pack import Grant, UploadDoor
from telecine.shared.errors import Refusal, TelecineError

_DAYS_TO_FINISH = 5


class Turned(Exception):
    """The door has answered itself."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def turned_away(_: Request, error: Exception) -> Response:
    """Answer what the door said."""
    if not isinstance(error, Turned):
        raise error
    return error.response


def mount(app: FastAPI, house: House, door: UploadDoor, uploads: Uploads, limit: int) -> None:
    """Open a door for uploads of at most `limit` bytes each."""

    async def admit(request: Request) -> None:
        if request.method == "OPTIONS":
            return
        granted = await door.admit(house, request)
        if isinstance(granted, Response):
            raise Turned(granted)
        uid = request.path_params.get("uuid")
        if uid is not None and not _owns(uploads, granted, uid):
            raise HTTPException(404, "no such upload; it was finished, has expired, or never was")
        request.state.grant = granted

    def measure() -> Callable[[dict[str, Any], dict[str, Any]], None]:
        return lambda _, upload: _check_size(upload["size"], limit)

    def name(request: Request) -> Callable[[dict[str, Any]], dict[str, str]]:
        return lambda _: _name(house, uploads, request)

    def complete() -> Callable[[str, dict[str, Any]], Awaitable[None]]:
        return lambda path, _: _complete(uploads, path)

    router = create_tus_router(
        prefix=door.path.strip("/"),
        files_dir=str(uploads.files.path("x").parent),
        max_size=limit,
        days_to_keep=_DAYS_TO_FINISH,
        storage=uploads.files,
        upload_complete_dep=complete,  # type: ignore[arg-type]  # it awaits what its stub calls None
        pre_create_dep=measure,
        file_dep=name,  # type: ignore[arg-type]  # it takes a dict where its stub says None
        tags=["tus"],
    )
    app.include_router(router, dependencies=[Depends(admit)])


def _owns(uploads: Uploads, grant: Grant, uid: str) -> bool:
    try:
        claim = uploads.claimed(uid)
    except ValueError:
        return False
    return claim is not None and (claim.org, claim.video_id) == (grant.org, grant.video_id)


def _check_size(size: int | None, limit: int) -> None:
    if size is not None and size > limit:
        raise HTTPException(413, f"Upload-Length {size} is over the limit of {limit} bytes")


def _name(house: House, uploads: Uploads, request: Request) -> dict[str, str]:
    """Give a new upload its id, and claim it before its first byte; others have theirs already."""
    if request.method != "POST":
        return {}
    grant: Grant = request.state.grant
    correlation_id = house.caller(request, grant.org).correlation_id
    trace = uploads.tracing.current()
    return {"uid": uploads.claim(Claim(grant.org, grant.video_id, correlation_id, trace))}


async def _complete(uploads: Uploads, path: str) -> None:
    """Let the answer wait for the fact, so that the client finds its video uploaded.

    If the house cannot take it just now, the bytes are safe and the sweep will see to it.
    """
    try:
        await uploads.settle(path.rpartition("/")[2])
    except Refusal as error:
        raise HTTPException(409, error.message) from error
    except TelecineError:
        return
