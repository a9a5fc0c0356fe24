"""A form entrance: one POST with the fields first and the file last, behind a platform's own admission.

The bytes go the same way as those of tus uploads: claimed, stored, probed, told to ingest; what a
killed gateway leaves behind is found by the sweep.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from email.utils import format_datetime

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response
from starlette.requests import ClientDisconnect

from telecine.gateway.multipart import Begun, Ended, Event, Form, Malformed, Piece, boundary_of
from telecine.gateway.uploads import Claim, Uploads
from telecine.platforms.house import House
from telecine.platforms.pack import FormDoor, FormFault, FormGrant
from telecine.shared.errors import Refusal, TelecineError
from telecine.shared.time.virtual_time import wall_now

#: Bytes that all fields before the file may have together.
_MOST_FIELDS = 64 * 1024
_LONGEST_NAME = 255
#: A form that broke off is swept after this time; one that goes on is locked.
_LEFT_BEHIND = timedelta(hours=1)


class Fault(Exception):
    """The form is not taken."""

    def __init__(self, why: FormFault) -> None:
        super().__init__(why)
        self.why = why


def mount(app: FastAPI, house: House, door: FormDoor, uploads: Uploads, limit: int) -> None:
    """Open a door for files of at most `limit` bytes each."""

    async def post(request: Request) -> Response:
        entrance = Entrance(house, door, uploads, limit)
        try:
            return await entrance.take(request)
        except Malformed:
            return door.refuse("malformed", limit)
        except Fault as fault:
            return door.refuse(fault.why, entrance.limit)

    app.add_api_route(
        door.path, post, methods=["POST"], summary="Send a file as a form", tags=["forms"]
    )


class Entrance:
    """One form on its way in."""

    def __init__(self, house: House, door: FormDoor, uploads: Uploads, limit: int) -> None:
        self._house = house
        self._door = door
        self._uploads = uploads
        self.limit = limit

    async def take(self, request: Request) -> Response:
        """Read a form and store its file. Raises Fault, Malformed."""
        boundary = boundary_of(request.headers.get("content-type", ""))
        if boundary is None:
            raise Fault("not_a_form")
        events = _events(request, Form(boundary))
        fields, filename = await _fields(events)
        granted = await self._door.admit(self._house, fields)
        if isinstance(granted, Response):
            return granted
        if filename is None:
            raise Fault("no_file")
        self.limit = min(self.limit, granted.most)
        return await self._store(request, granted, filename, events)

    async def _store(
        self, request: Request, granted: FormGrant, filename: str, events: AsyncIterator[Event]
    ) -> Response:
        caller = self._house.caller(request, granted.org)
        trace = self._uploads.tracing.current()
        claim = Claim(granted.org, granted.video_id, caller.correlation_id, trace)
        uid = self._uploads.claim(claim)
        try:
            digest = await self._write(uid, filename, events)
        except BaseException:
            self._uploads.discard(uid)
            raise
        try:
            await self._uploads.settle(uid)
        except Refusal as error:
            raise Fault("taken") from error
        except TelecineError:
            pass  # the bytes are safe, and the sweep will see to it
        return self._door.taken(digest)

    async def _write(self, uid: str, filename: str, events: AsyncIterator[Event]) -> str:
        """Store the file, durably. Answers its MD5."""
        files, digest, size = self._uploads.files, hashlib.md5(usedforsecurity=False), 0
        left = format_datetime(wall_now().astimezone(UTC) + _LEFT_BEHIND, usegmt=True)
        info = {"metadata": {"filename": filename[:_LONGEST_NAME] or "file"}, "expires": left}
        try:
            async with files.lock(uid):
                await files.create(uid)
                await files.write_info(uid, {**info, "size": None, "offset": 0})
                async for data in _content(events):
                    size += len(data)
                    if size > self.limit:
                        raise Fault("too_large")
                    digest.update(data)
                    await files.append(uid, data)
                await files.flush(uid)
                await files.write_info(uid, {**info, "size": size, "offset": size})
        except HTTPException as error:
            raise Fault("unavailable") from error
        return digest.hexdigest()


async def _events(request: Request, form: Form) -> AsyncIterator[Event]:
    try:
        async for chunk in request.stream():
            for event in form.feed(chunk):
                yield event
    except ClientDisconnect as error:
        raise Fault("incomplete") from error
    if not form.over:
        raise Fault("incomplete")


async def _fields(events: AsyncIterator[Event]) -> tuple[dict[str, str], str | None]:
    """Answer the fields before the file, and the file's name; None if there is no file."""
    fields: dict[str, str] = {}
    name, value, seen = "", b"", 0
    async for event in events:
        match event:
            case Begun("file", filename):
                return fields, filename or ""
            case Begun(name, _):
                value = b""
            case Piece(data):
                value += data
                seen += len(data)
                if seen > _MOST_FIELDS:
                    raise Fault("malformed")
            case Ended():
                fields[name.lower()] = value.decode(errors="replace")
    return fields, None


async def _content(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    """Yield the file's bytes; fields behind it are read to the form's end, and ignored."""
    inside = True
    async for event in events:
        match event:
            case Ended():
                inside = False
            case Piece(data) if inside:
                yield data
