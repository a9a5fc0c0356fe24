"""Omega's routes for videos: open one, upload by link, list, get."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.omega.bodies import LinkBody, VideoBody
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.collection_shape import folder_of
from telecine.platforms.omega.pages import Wanted, envelope, wanted
from telecine.platforms.omega.reading import read
from telecine.platforms.omega.video_shape import item, whole
from telecine.platforms.omega.webhooks import PLATFORM
from telecine.platforms.omega.wire import answer, is_uuid
from telecine.shared.contracts.ingest import CreateVideo, GetVideo, ListVideos, UploadVideoLink
from telecine.shared.errors import Refusal
from telecine.shared.events.video import Opening
from telecine.shared.video import Known

HOME = "/company/client/video"

#: Videos in one question; see the same number for endpoints.
_PAGE = 50


class Videos:
    """The routes' functions: each asks who calls, reads, asks the house, and shows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        add = router.add_api_route
        add(HOME, self.create, methods=["POST"], summary="Create a video", status_code=201)
        add(f"{HOME}/stream/copy", self.copy, methods=["POST"], summary="Upload via link")
        add(HOME, self.list_page, methods=["GET"], summary="List videos, at most 100 a page")
        add(f"{HOME}/{{uuid}}", self.get, methods=["GET"], summary="Get a video")

    async def create(self, request: Request) -> Response:
        """Open a video whose bytes will come over tus."""
        caller = caller_of(self._house, request)
        body = await read(request, VideoBody)
        opening = _opening(body.title, caller.request_key, body.collection)
        created = await self._house.call(CreateVideo(**caller.ids(), opening=opening))
        return answer(201, whole(created.video, 6))

    async def copy(self, request: Request) -> Response:
        """Open a video whose bytes are behind a link: 200, and processing begins."""
        caller = caller_of(self._house, request)
        body = await read(request, LinkBody)
        opening = _opening(body.title, caller.request_key)
        command = UploadVideoLink(**caller.ids(), opening=opening, url=body.url)
        created = await self._house.call(command)
        return answer(200, whole(created.video, 6))

    async def list_page(self, request: Request) -> Response:
        """List one page of videos, newest first."""
        org = caller_of(self._house, request).org
        asked = wanted(request.query_params)
        videos, total = await self._some(org, asked)
        return answer(200, envelope([item(video) for video in videos], total, asked))

    async def get(self, request: Request, uuid: str) -> Response:
        """Show one video whole."""
        org = caller_of(self._house, request).org
        if not is_uuid(uuid.lower()):
            raise Refusal("not_found", "no such video")
        found = await self._house.call(GetVideo(org=org, video_id=uuid.lower()))
        return answer(200, whole(found.video, 3))

    async def _some(self, org: str, asked: Wanted) -> tuple[list[Known], int]:
        videos: list[Known] = []
        total = asked.offset + 1  # not known yet; one question at least
        while len(videos) < asked.limit and asked.offset + len(videos) < total:
            query = ListVideos(
                org=org,
                kinds=asked.kinds,
                collection=folder_of(asked.collection) if asked.collection else None,
                offset=asked.offset + len(videos),
                limit=min(_PAGE, asked.limit - len(videos)),
            )
            page = await self._house.call(query)
            videos, total = [*videos, *page.videos], page.total
            if not page.videos:
                break
        return videos, total


def _opening(title: str, request_key: str, collection: str | None = None) -> Opening:
    folder = folder_of(collection) if collection else None
    return Opening(title=title, platform=PLATFORM, request_key=request_key, collection=folder)
