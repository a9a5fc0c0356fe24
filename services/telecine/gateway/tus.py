"""A tus entrance: the library's protocol behind a platform's own admission.

Admission comes before everything the library does (alone, it would write a PATCH's bytes before it
asks who sends them), and an upload can be touched only with leave for its own video.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import Response
from tuspyserver import create_tus_router

from telecine.gateway.uploads import Claim, Uploads, is_upload_id
from telecine.platforms.house import House
from telecine.platforms.pack import Chunk, Grant, Opened, UploadDoor
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


def is_upload(path: str, door: UploadDoor) -> bool:
    """Whether a path is where a door takes bytes; the platform may have others behind the same start."""
    place, _, uid = path.rpartition("/")
    return path.rstrip("/") == door.path or (place == door.path and is_upload_id(uid))


def mount(app: FastAPI, house: House, door: UploadDoor, uploads: Uploads, limit: int) -> None:
    """Open a door for uploads of at most `limit` bytes each."""

    async def admit(request: Request) -> None:
        if request.method == "OPTIONS":
            return
        uid = request.path_params.get("uuid")
        claim = uploads.claimed(uid) if uid is not None and is_upload_id(uid) else None
        granted = await door.admit(house, request, claim.video_id if claim else None)
        if isinstance(granted, Response):
            raise Turned(granted)
        if uid is not None and not _owns(granted, claim):
            raise HTTPException(404, "no such upload; it was finished, has expired, or never was")
        _check_chunk(door, request, uploads.files.info(uid) if uid is not None else None)
        request.state.grant = granted

    def measure() -> Callable[[dict[str, Any], dict[str, Any]], None]:
        return lambda _, upload: _check_size(upload["size"], limit)

    def name(
        request: Request, response: Response
    ) -> Callable[[dict[str, str]], Awaitable[dict[str, str]]]:
        async def named(metadata: dict[str, str]) -> dict[str, str]:
            if request.method != "POST":
                return {}
            opened = await _opened(house, door, request, metadata)
            response.headers.update(opened.headers)
            return _name(house, uploads, request, opened.video_id)

        return named

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
        file_dep=name,  # type: ignore[arg-type]  # it awaits a dict where its stub says None
        tags=["tus"],
    )
    app.include_router(router, dependencies=[Depends(admit)])


def _owns(grant: Grant, claim: Claim | None) -> bool:
    return claim is not None and (claim.org, claim.video_id) == (grant.org, grant.video_id)


def _check_chunk(door: UploadDoor, request: Request, info: dict[str, Any] | None) -> None:
    length = _whole(request, "content-length")
    if door.chunk is None or not length or request.method not in {"PATCH", "POST"}:
        return
    size = info["size"] if info else _whole(request, "upload-length")
    refused = door.chunk(Chunk(length, info["offset"] if info else 0, size))
    if refused:
        raise Turned(door.refuse(*refused))


def _whole(request: Request, header: str) -> int | None:
    text = request.headers.get(header, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


async def _opened(
    house: House, door: UploadDoor, request: Request, metadata: Mapping[str, str]
) -> Opened:
    """Answer the video of a new upload: the one that the grant names, or a new one."""
    grant: Grant = request.state.grant
    if grant.video_id is not None:
        return Opened(grant.video_id, {})
    if door.open is None:
        raise TypeError(f"the door at {door.path} grants uploads and opens no videos")
    opened = await door.open(house, request, metadata)
    if isinstance(opened, Response):
        raise Turned(opened)
    return opened


def _check_size(size: int | None, limit: int) -> None:
    if size is not None and size > limit:
        raise HTTPException(413, f"Upload-Length {size} is over the limit of {limit} bytes")


def _name(house: House, uploads: Uploads, request: Request, video_id: str) -> dict[str, str]:
    """Give a new upload its id, and claim it before its first byte."""
    grant: Grant = request.state.grant
    correlation_id = house.caller(request, grant.org).correlation_id
    trace = uploads.tracing.current()
    return {"uid": uploads.claim(Claim(grant.org, video_id, correlation_id, trace))}


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
