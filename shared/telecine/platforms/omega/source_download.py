"""Omega's routes for a video's source: a link to the bytes that were uploaded, and what it leads to.

Source: omega-docs `content/video/download_video_source.md`. The link answers the bytes if the house
keeps them (`--keep-media`), otherwise 410; a video that was uploaded by link leads back there.
"""

from datetime import timedelta
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from telecine.platforms.house import House
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.source_link import GOOD_FOR, Link, link_of, problem
from telecine.platforms.omega.wire import VIDEOS, answer, known_uuid, say, seconds
from telecine.shared.aggregates.video import Created, Known, Upload
from telecine.shared.contracts.ingest import GetVideo
from telecine.shared.errors import Refusal


class SourceDownload:
    """The routes' functions: each asks who calls, asks the house, and shows the way."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        add, one = router.add_api_route, f"{VIDEOS}/{{uuid}}"
        add(f"{one}/src_download", self.link, methods=["GET"], summary="Get a link to the source")
        add(f"{one}/source", self.source, methods=["GET"], summary="The source, by such a link")

    async def link(self, request: Request, uuid: str) -> Response:
        """Answer a link that is good for half an hour."""
        org = caller_of(self._house, request).org
        found = await self._house.call(GetVideo(org=org, video_id=known_uuid(uuid)))
        _upload_of(found.video)
        until = self._house.now() + timedelta(seconds=GOOD_FOR)
        link = Link(org, found.video.card.id, int(until.timestamp()))
        path = f"{VIDEOS}/{link.video_id}/source?{link.query(self._house.orgs[org][0])}"
        shown = {
            "url": f"{request.url.scheme}://{request.headers.get('host', 'localhost')}{path}",
            "expires_in": GOOD_FOR,
            "expires_at": seconds(until),
        }
        return answer(200, shown)

    async def source(self, request: Request, uuid: str) -> Response:
        """Answer the bytes, to whoever has the link: no key is asked for."""
        link = link_of(known_uuid(uuid), request.query_params)
        keys = self._house.orgs.get(link.org, []) if link else []
        signature = request.query_params.get("signature", "")
        if link is None:
            return say(403, "this is not a link of src_download; ask for one there")
        if why := problem(link, signature, keys, self._house.now()):
            return say(403, why)
        found = await self._house.call(GetVideo(org=link.org, video_id=link.video_id))
        upload = _upload_of(found.video)
        if upload.source.url:
            return RedirectResponse(upload.source.url, 302)
        return _bytes(self._house.kept(upload.key), upload)


def _upload_of(video: Known) -> Upload:
    """Answer what was uploaded. Raises Refusal if nothing was, or nobody may have it."""
    if video.card.deleted_at:
        raise Refusal("conflict", "this video is deleted; revert its deletion first")
    if isinstance(video, Created):
        raise Refusal("conflict", "this video has no bytes yet; upload them first")
    return video.upload


def _bytes(kept: Path | None, upload: Upload) -> Response:
    if kept is None:
        message = "the bytes of this video were let go; start the house with --keep-media"
        return say(410, message)
    return FileResponse(kept, filename=upload.source.filename or "source")
