"""Omega's first tus entrance, deprecated: an API key lets one in, and an upload opens its own video.

Source: omega-docs `content/video/tus_upload.md`. Its rules for chunks: 5,242,880 to 209,715,200 bytes and a
multiple of 256 KiB, all but the maximum not for the last one.
"""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response
from pydantic import ValidationError

from telecine.platforms.house import House
from telecine.platforms.omega.bodies import MAX_TITLE, VideoBody
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.errors import describe
from telecine.platforms.omega.reading import sentences
from telecine.platforms.omega.upload_door import HAS_BYTES, leave
from telecine.platforms.omega.videos import opening_of
from telecine.platforms.omega.wire import VIDEOS, say
from telecine.platforms.pack import Chunk, Grant, Opened, UploadDoor
from telecine.platforms.routes import Denied
from telecine.shared.aggregates.video import Created
from telecine.shared.contracts.ingest import CreateVideo
from telecine.shared.errors import Refusal, Unavailable

PATH = f"{VIDEOS}/stream"

LEAST_CHUNK = 5_242_880
MOST_CHUNK = 209_715_200
CHUNK_UNIT = 256 * 1024
_UNTITLED = "untitled"


def chunk_problem(chunk: Chunk) -> tuple[int, str] | None:
    """Answer why these bytes cannot be sent in one request, with a status, or None."""
    if chunk.length > MOST_CHUNK:
        return 413, f"a chunk of {chunk.length} bytes is too large; send at most {MOST_CHUNK}"
    if chunk.size is not None and chunk.offset + chunk.length >= chunk.size:
        return None
    if chunk.length < LEAST_CHUNK:
        message = f"a chunk of {chunk.length} bytes is too small; send at least {LEAST_CHUNK}"
        return 400, f"{message}, or all that is left"
    if chunk.length % CHUNK_UNIT:
        message = f"a chunk of {chunk.length} bytes is no multiple of {CHUNK_UNIT}"
        return 400, f"{message}; only the last one need not be"
    return None


def wanted(metadata: Mapping[str, str]) -> VideoBody:
    """Read an upload's metadata; without a title the file's name is one. Raises Refusal."""
    name = metadata.get("filename") or metadata.get("fileName") or _UNTITLED
    title = metadata.get("title") or name[:MAX_TITLE]
    try:
        return VideoBody(title=title, collection=metadata.get("collection"))
    except ValidationError as error:
        raise Refusal("invalid", sentences(error, VideoBody)) from error


async def admit(house: House, request: Request, video_id: str | None) -> Grant | Response:
    """Let a tus request in, or answer why not."""
    try:
        granted = Grant(caller_of(house, request).org, video_id)
    except Denied as error:
        return describe(request, error)
    if video_id is None:  # a new upload, or one that nobody knows
        return granted
    return await leave(house, request, granted)


async def open_video(
    house: House, request: Request, metadata: Mapping[str, str]
) -> Opened | Response:
    """Open the video of a new upload; its id goes back in a header."""
    try:
        caller = caller_of(house, request)
        body = wanted(metadata)
        opening = opening_of(body.title, caller.request_key, body.collection)
        video = (await house.call(CreateVideo(**caller.ids(), opening=opening))).video
    except (Denied, Refusal, Unavailable) as error:
        return describe(request, error)
    if not isinstance(video, Created):  # the same request, once more
        return say(409, HAS_BYTES)
    return Opened(video.card.id, {"stream-media-id": video.card.id})


DOOR = UploadDoor(path=PATH, admit=admit, refuse=say, open=open_video, chunk=chunk_problem)
