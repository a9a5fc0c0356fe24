"""`assets/live_streams/` and what may be done with one: start its server, stop it."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.asking import rows_of
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.errors import not_found
from telecine.platforms.tpstreams.folder_titles import titles_of
from telecine.platforms.tpstreams.identity import is_id
from telecine.platforms.tpstreams.live_body import LiveBody, StopBody
from telecine.platforms.tpstreams.live_shape import livestream
from telecine.platforms.tpstreams.pages import page, window
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.shared.aggregates.live import Living
from telecine.shared.contracts.lives import (
    CreateLive,
    GetLive,
    ListLives,
    StartLiveServer,
    StopLive,
)


class Lives:
    """The answers, each: who calls, what about, one command or query, the documented shape."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the three paths."""
        house, one = self._house, f"{ROOT}/assets/{{asset_id}}"
        many = [
            Way("POST", self.create, "Create or schedule a live stream", 201),
            Way("GET", self.list, "List all live streams"),
        ]
        start = Way("POST", self.start_server, "Start a live stream's server")
        stop = Way("POST", self.stop, "Stop a live stream")
        mount(router, house, f"{ROOT}/assets/live_streams/", many)
        mount(router, house, f"{one}/start_server/", [start])
        mount(router, house, f"{one}/stop_live_stream/", [stop])

    async def create(self, request: Request, org: str) -> Response:
        """Open a live stream; without `start` its server is started at once."""
        caller = enter(self._house, request, org)
        body = await body_of(request, LiveBody)
        if isinstance(body, Invalid):
            return refuse(body)
        command = CreateLive(opening=body.opening(caller.request_key), **caller.ids())
        made = await self._house.call(command)
        return answer(livestream(made.live, {}), 201)

    async def list(self, request: Request, org: str) -> Response:
        """Answer a page of live streams, newest first."""
        enter(self._house, request, org)
        shown = window(request.query_params)
        if isinstance(shown, Invalid):
            return refuse(shown)
        lives, total = await rows_of(partial(_some, self._house, org), shown)
        titles = await titles_of(self._house, org, [live.card.folder for live in lives])
        results = [livestream(live, titles) for live in lives]
        return answer(page(str(request.url), shown, total, results))

    async def start_server(self, request: Request, org: str, asset_id: str) -> Response:
        """Have the server started; in 20 to 30 seconds a webhook tells its address."""
        caller = enter(self._house, request, org)
        if not is_id(asset_id):
            return not_found()
        begun = await self._house.call(StartLiveServer(live_id=asset_id, **caller.ids()))
        titles = await titles_of(self._house, org, [begun.live.card.folder])
        return answer(livestream(begun.live, titles))

    async def stop(self, request: Request, org: str, asset_id: str) -> Response:
        """End a stream; its recording follows, trimmed if that is wished."""
        caller = enter(self._house, request, org)
        if not is_id(asset_id):
            return not_found()
        await self._house.call(GetLive(org=org, live_id=asset_id))
        body = await body_of(request, StopBody)
        trim = body if isinstance(body, Invalid) else body.trim()
        if isinstance(trim, Invalid):
            return refuse(trim)
        await self._house.call(StopLive(live_id=asset_id, trim=trim, **caller.ids()))
        scheduled = trim is not None
        return answer({"message": "Live stream stopped successfully", "trim_scheduled": scheduled})


async def _some(house: House, org: str, offset: int, limit: int) -> tuple[list[Living], int]:
    found = await house.call(ListLives(org=org, offset=offset, limit=limit))
    return list(found.lives), found.total
