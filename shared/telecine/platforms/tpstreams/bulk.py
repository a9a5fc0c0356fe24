"""`assets/videos/bulk-create/`: many assets from links in one request, all of them or none."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import Caller, House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.asset import listed
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import content_of
from telecine.platforms.tpstreams.bulk_body import bulk_of
from telecine.platforms.tpstreams.folder_titles import titles_of
from telecine.platforms.tpstreams.opening import NO_FOLDER, opening_of
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.platforms.tpstreams.video_body import VideoBody
from telecine.shared.aggregates.video import Known
from telecine.shared.contracts.ingest import UploadVideoLink
from telecine.shared.ids import hex_of


class Bulk:
    """The one answer."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the one path."""
        way = Way("POST", self.create, "Create up to 50 assets from links, all or none", 201)
        mount(router, self._house, f"{ROOT}/assets/videos/bulk-create/", [way])

    async def create(self, request: Request, org: str) -> Response:
        """Take many links; everything is checked before the first asset is made."""
        caller = enter(self._house, request, org)
        content = await content_of(request)
        bodies = content if isinstance(content, Invalid) else bulk_of(content)
        if isinstance(bodies, Invalid):
            return refuse(bodies)
        titles = await titles_of(self._house, org, [body.folder or None for body in bodies])
        for index, body in enumerate(bodies):
            if body.folder and body.folder not in titles:
                return refuse(Invalid({"folder": [NO_FOLDER], "item_index": index}))
        wishes = (self._make(caller, index, body) for index, body in enumerate(bodies))
        videos = await asyncio.gather(*wishes)
        return answer([listed(video, titles) for video in videos], 201)

    async def _make(self, caller: Caller, index: int, body: VideoBody) -> Known:
        """Side by side: fifty one after the other would let the caller wait. The n-th of a repeated
        request is the n-th of the first."""
        opening = opening_of(body, hex_of(caller.request_key, index))
        command = UploadVideoLink(opening=opening, url=body.url, **caller.ids())
        return (await self._house.call(command)).video
