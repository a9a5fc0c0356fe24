"""Omega's routes for single videos: open one, upload by link, get."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.omega.bodies import LinkBody, VideoBody
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.collection_shape import folder_of
from telecine.platforms.omega.reading import read
from telecine.platforms.omega.video_shape import whole
from telecine.platforms.omega.webhooks import PLATFORM
from telecine.platforms.omega.wire import VIDEOS, answer, known_uuid
from telecine.shared.contracts.ingest import CreateVideo, GetVideo, UploadVideoLink
from telecine.shared.events.video import Opening


class Videos:
    """The routes' functions: each asks who calls, reads, asks the house, and shows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        add = router.add_api_route
        add(VIDEOS, self.create, methods=["POST"], summary="Create a video", status_code=201)
        add(f"{VIDEOS}/stream/copy", self.copy, methods=["POST"], summary="Upload via link")
        add(f"{VIDEOS}/{{uuid}}", self.get, methods=["GET"], summary="Get a video")

    async def create(self, request: Request) -> Response:
        """Open a video whose bytes will come over tus."""
        caller = caller_of(self._house, request)
        body = await read(request, VideoBody)
        opening = opening_of(body.title, caller.request_key, body.collection)
        created = await self._house.call(CreateVideo(**caller.ids(), opening=opening))
        return answer(201, whole(created.video, 6))

    async def copy(self, request: Request) -> Response:
        """Open a video whose bytes are behind a link: 200, and processing begins."""
        caller = caller_of(self._house, request)
        body = await read(request, LinkBody)
        opening = opening_of(body.title, caller.request_key)
        command = UploadVideoLink(**caller.ids(), opening=opening, url=body.url)
        created = await self._house.call(command)
        return answer(200, whole(created.video, 6))

    async def get(self, request: Request, uuid: str) -> Response:
        """Show one video whole."""
        org = caller_of(self._house, request).org
        found = await self._house.call(GetVideo(org=org, video_id=known_uuid(uuid)))
        return answer(200, whole(found.video, 3))


def opening_of(title: str, request_key: str, collection: str | None = None) -> Opening:
    """Answer what a new video is told."""
    folder = folder_of(collection) if collection else None
    return Opening(title=title, platform=PLATFORM, request_key=request_key, collection=folder)
