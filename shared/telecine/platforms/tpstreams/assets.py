"""`assets/`: an organisation's videos and live streams, and a new video from a link."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.asking import rows_of
from telecine.platforms.tpstreams.asset import UNWATCHED, Look, asset, detailed, listed
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.errors import not_found
from telecine.platforms.tpstreams.expiry import expiry_of
from telecine.platforms.tpstreams.finding import Found, find, folder_of
from telecine.platforms.tpstreams.folder_titles import titles_of
from telecine.platforms.tpstreams.identity import is_id
from telecine.platforms.tpstreams.live_shape import livestream
from telecine.platforms.tpstreams.opening import naming_the_folder, opening_of
from telecine.platforms.tpstreams.pages import page, window
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.platforms.tpstreams.places import Place, place
from telecine.platforms.tpstreams.removing import remove
from telecine.platforms.tpstreams.video_body import VideoBody
from telecine.shared.aggregates.live import Living
from telecine.shared.contracts.assets import ListAssets
from telecine.shared.contracts.ingest import UploadVideoLink


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
        one = [
            Way("GET", self.get, "Get an asset's details"),
            Way("DELETE", self.delete, "Delete an asset, or a folder and what lies in it", 204),
        ]
        mount(router, house, f"{ROOT}/assets/{{asset_id}}/", one)

    async def create(self, request: Request, org: str) -> Response:
        """Take a link; its processing starts at once."""
        caller = enter(self._house, request, org)
        body = await body_of(request, VideoBody)
        if isinstance(body, Invalid):
            return refuse(body)
        opening = opening_of(body, caller.request_key)
        command = UploadVideoLink(opening=opening, url=body.url, **caller.ids())
        with naming_the_folder():
            made = await self._house.call(command)
        titles = await titles_of(self._house, org, [made.video.card.collection])
        return answer(asset(made.video, titles), 201)

    async def list(self, request: Request, org: str) -> Response:
        """Answer a page of the organisation's assets, newest first; `places` says of which."""
        enter(self._house, request, org)
        where = place(request.query_params)
        if isinstance(where, Invalid):
            return refuse(where)
        shown = window(request.query_params)
        if isinstance(shown, Invalid):
            return refuse(shown)
        assets, total = await rows_of(partial(_some, self._house, org, where), shown)
        titles = await titles_of(self._house, org, map(folder_of, assets))
        results = [_listed(each, titles) for each in assets]
        return answer(page(str(request.url), shown, total, results))

    async def get(self, request: Request, org: str, asset_id: str) -> Response:
        """Answer one asset with its links, good for `expiry` seconds if that is asked for."""
        enter(self._house, request, org)
        if not is_id(asset_id):
            return not_found()
        found = await find(self._house, org, asset_id)
        expiry = await expiry_of(request)
        if isinstance(expiry, Invalid):
            return refuse(expiry)
        titles = await titles_of(self._house, org, [folder_of(found)])
        look = Look(int(self._house.now().timestamp()), expiry)
        return answer(_detailed(found, titles, look))

    async def delete(self, request: Request, org: str, asset_id: str) -> Response:
        """Delete an asset for good, whatever its state; a live stream's server is stopped."""
        caller = enter(self._house, request, org)
        if not is_id(asset_id):
            return not_found()
        await remove(self._house, caller, asset_id)
        return Response(status_code=204)


async def _some(
    house: House, org: str, where: Place, offset: int, limit: int
) -> tuple[list[Found], int]:
    query = ListAssets(
        org=org,
        folder=where.parent,
        has_folder=where.has_parent,
        offset=offset,
        limit=limit,
    )
    found = await house.call(query)
    return [it for each in found.assets if (it := each.live or each.video)], found.total


def _listed(found: Found, titles: dict[str, str]) -> dict[str, Any]:
    return livestream(found, titles) if isinstance(found, Living) else listed(found, titles)


def _detailed(found: Found, titles: dict[str, str], look: Look) -> dict[str, Any]:
    if isinstance(found, Living):
        return {**livestream(found, titles), **UNWATCHED, "download_url": None}
    return detailed(found, titles, look)
