"""`assets/<id>/move/`: into a folder, or with an empty body to the top; whatever the id names."""

from typing import Literal, assert_never

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import Caller, House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.errors import not_found
from telecine.platforms.tpstreams.fields import Folder
from telecine.platforms.tpstreams.finding import find_video
from telecine.platforms.tpstreams.identity import is_id
from telecine.platforms.tpstreams.opening import naming_the_folder
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.shared.contracts.folders import GetFolder, MoveFolder
from telecine.shared.contracts.ingest import MoveVideos
from telecine.shared.contracts.lives import GetLive, MoveLive
from telecine.shared.errors import Refusal
from telecine.shared.events import Wire

Kind = Literal["video", "live", "folder"]


class MoveBody(Wire):
    """Where to: a folder; nothing is the top."""

    parent: Folder | None = None


class Moving:
    """The one answer."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the one path."""
        way = Way("POST", self.move, "Move an asset into a folder or to the top")
        mount(router, self._house, f"{ROOT}/assets/{{asset_id}}/move/", [way])

    async def move(self, request: Request, org: str, asset_id: str) -> Response:
        """Lay an asset into a folder."""
        caller = enter(self._house, request, org)
        if not is_id(asset_id):
            return not_found()
        # The framework looks the object up before it reads the body.
        kind = await self._kind(org, asset_id)
        body = await body_of(request, MoveBody)
        if isinstance(body, Invalid):
            return refuse(body)
        with naming_the_folder("parent"):
            await self._lay(caller, kind, asset_id, body.parent)
        return answer({"detail": "Asset moved successfully."})

    async def _kind(self, org: str, asset_id: str) -> Kind:
        """Answer what an id names. Raises Refusal (not_found)."""
        if await find_video(self._house, org, asset_id):
            return "video"
        try:
            await self._house.call(GetLive(org=org, live_id=asset_id))
        except Refusal:
            await self._house.call(GetFolder(org=org, folder_id=asset_id))
            return "folder"
        return "live"

    async def _lay(self, caller: Caller, kind: Kind, asset_id: str, folder: str | None) -> None:
        call, ids = self._house.call, caller.ids()
        match kind:
            case "video":
                await call(MoveVideos(video_ids=(asset_id,), folder_id=folder, **ids))
            case "live":
                await call(MoveLive(live_id=asset_id, folder_id=folder, **ids))
            case "folder":
                await call(MoveFolder(folder_id=asset_id, parent=folder, **ids))
            case _:
                assert_never(kind)
