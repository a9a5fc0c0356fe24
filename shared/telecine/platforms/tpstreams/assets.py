"""`assets/`: an organisation's videos, and a new one from a link."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.asset import Look, asset, detailed, listed
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.errors import not_found
from telecine.platforms.tpstreams.expiry import expiry_of
from telecine.platforms.tpstreams.folders import place, videos_in
from telecine.platforms.tpstreams.identity import is_id
from telecine.platforms.tpstreams.name import NAME
from telecine.platforms.tpstreams.pages import page, window
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.platforms.tpstreams.video_body import VideoBody
from telecine.shared.contracts.ingest import GetVideo, UploadVideoLink
from telecine.shared.events.video import Opening


class Assets:
    """The answers, each: who calls, what about, one command or query, the documented shape."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the three paths; `videos/` before an id that could be called so."""
        house = self._house
        create = Way("POST", self.create, "Create an asset from a link", 201)
        mount(router, house, f"{ROOT}/assets/videos/", [create])
        mount(router, house, f"{ROOT}/assets/", [Way("GET", self.list, "List all assets")])
        one = Way("GET", self.get, "Get an asset's details")
        mount(router, house, f"{ROOT}/assets/{{asset_id}}/", [one])

    async def create(self, request: Request, org: str) -> Response:
        """Take a link; its processing starts at once."""
        caller = enter(self._house, request, org)
        body = await body_of(request, VideoBody)
        if isinstance(body, Invalid):
            return refuse(body)
        opening = Opening(
            title=body.name(),
            platform=NAME,
            request_key=caller.request_key,
            wishes=body.wishes(),
        )
        command = UploadVideoLink(opening=opening, url=body.url, **caller.ids())
        made = await self._house.call(command)
        return answer(asset(made.video), 201)

    async def list(self, request: Request, org: str) -> Response:
        """Answer a page of the organisation's assets, newest first; `folders` says of which."""
        enter(self._house, request, org)
        where = place(request.query_params)
        if isinstance(where, Invalid):
            return refuse(where)
        shown = window(request.query_params)
        if isinstance(shown, Invalid):
            return refuse(shown)
        videos, total = await videos_in(self._house, org, where, shown)
        results = [listed(video) for video in videos]
        return answer(page(str(request.url), shown, total, results))

    async def get(self, request: Request, org: str, asset_id: str) -> Response:
        """Answer one asset with its links, good for `expiry` seconds if that is asked for."""
        enter(self._house, request, org)
        if not is_id(asset_id):
            return not_found()
        found = await self._house.call(GetVideo(org=org, video_id=asset_id))
        expiry = await expiry_of(request)
        if isinstance(expiry, Invalid):
            return refuse(expiry)
        look = Look(int(self._house.now().timestamp()), expiry)
        return answer(detailed(found.video, look))
