"""Omega's lists of videos: pages of those that are there and of those that are deleted, and all.

The older documents have both lists as bare arrays of full videos, at `all` and at a POST to
`deleted`; those are served as they were.
"""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.collection_shape import folder_of
from telecine.platforms.omega.pages import Wanted, envelope, status_of, wanted
from telecine.platforms.omega.streaming import Pages, array
from telecine.platforms.omega.video_shape import item, whole
from telecine.platforms.omega.wire import VIDEOS, answer
from telecine.shared.aggregates.video import Known
from telecine.shared.contracts.ingest import ListVideos, Position

#: Videos in one question; see the same number for endpoints.
_PAGE = 50

Deleted = Literal["without", "only"]


class VideoLists:
    """The routes' functions: each asks who calls, reads, asks the house, and shows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes; `all` and `deleted` before an id that could be called so."""
        add = router.add_api_route
        add(VIDEOS, self.page, methods=["GET"], summary="List videos, at most 100 a page")
        add(f"{VIDEOS}/all", self.all, methods=["GET"], summary="List every video, whole")
        deleted = f"{VIDEOS}/deleted"
        add(deleted, self.deleted_page, methods=["GET"], summary="List deleted videos")
        add(deleted, self.all_deleted, methods=["POST"], summary="List every deleted video, whole")

    async def page(self, request: Request) -> Response:
        """List one page of videos, newest first."""
        return await self._page(request, "without")

    async def deleted_page(self, request: Request) -> Response:
        """List one page of those marked for deletion, newest first."""
        return await self._page(request, "only")

    async def all(self, request: Request) -> Response:
        """List every video that is not deleted, newest first, in one array."""
        return await self._all(request, "without")

    async def all_deleted(self, request: Request) -> Response:
        """List every deleted video, newest first, in one array."""
        return await self._all(request, "only")

    async def _page(self, request: Request, deleted: Deleted) -> Response:
        org = caller_of(self._house, request).org
        asked = wanted(request.query_params)
        videos, total = await self._some(org, asked, deleted)
        return answer(200, envelope([item(video) for video in videos], total, asked))

    async def _some(self, org: str, asked: Wanted, deleted: Deleted) -> tuple[list[Known], int]:
        videos: list[Known] = []
        total = asked.offset + 1  # not known yet; one question at least
        while len(videos) < asked.limit and asked.offset + len(videos) < total:
            query = ListVideos(
                org=org,
                kinds=asked.kinds,
                deleted=deleted,
                collection=folder_of(asked.collection) if asked.collection else None,
                offset=asked.offset + len(videos),
                limit=min(_PAGE, asked.limit - len(videos)),
            )
            page = await self._house.call(query)
            videos, total = [*videos, *page.videos], page.total
            if not page.videos:
                break
        return videos, total

    async def _all(self, request: Request, deleted: Deleted) -> Response:
        org = caller_of(self._house, request).org
        kinds = status_of(request.query_params)
        return await array(self._pages(ListVideos(org=org, kinds=kinds, deleted=deleted)))

    async def _pages(self, query: ListVideos) -> Pages:
        behind = None
        while True:
            part = query.model_copy(update={"behind": behind, "limit": _PAGE})
            videos = (await self._house.call(part)).videos
            if videos:
                yield [whole(video, 3) for video in videos]
            if len(videos) < _PAGE:
                return
            last = videos[-1].card
            behind = Position(created_at=last.created_at, id=last.id)
