"""`assets/folders/`: make one, list and search them. One is deleted and moved as every asset is."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.fields import Folder, Title
from telecine.platforms.tpstreams.name import NAME
from telecine.platforms.tpstreams.opening import naming_the_folder
from telecine.platforms.tpstreams.pages import page, window
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.platforms.tpstreams.queries import searched
from telecine.shared.aggregates.folder import Standing
from telecine.shared.contracts.folders import CreateFolder, ListFolders
from telecine.shared.events import Wire


class FolderBody(Wire):
    """What a folder is made from. Without `parent` it lies at the top."""

    title: Title
    parent: Folder | None = None


class Folders:
    """The answers, each: who calls, what about, one command or query, the documented shape."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the one path."""
        ways = [
            Way("POST", self.create, "Create a folder", 201),
            Way("GET", self.list, "List all folders, or those that match `q`"),
        ]
        mount(router, self._house, f"{ROOT}/assets/folders/", ways)

    async def create(self, request: Request, org: str) -> Response:
        """Make a folder, within another if that is wished."""
        caller = enter(self._house, request, org)
        body = await body_of(request, FolderBody)
        if isinstance(body, Invalid):
            return refuse(body)
        command = CreateFolder(
            title=body.title,
            parent=body.parent,
            platform=NAME,
            request_key=caller.request_key,
            **caller.ids(),
        )
        with naming_the_folder("parent"):
            made = await self._house.call(command)
        return answer(_shown(made.folder), 201)

    async def list(self, request: Request, org: str) -> Response:
        """Answer a page of folders, newest first; `q` is a part of their titles, in any case."""
        enter(self._house, request, org)
        shown = window(request.query_params)
        if isinstance(shown, Invalid):
            return refuse(shown)
        q = searched(request.query_params, "q")
        if isinstance(q, Invalid):
            return refuse(q)
        query = ListFolders(org=org, q=q, offset=shown.offset, limit=shown.limit)
        found = await self._house.call(query)
        results = [_shown(folder) for folder in found.folders]
        return answer(page(str(request.url), shown, found.total, results))


def _shown(folder: Standing) -> dict[str, Any]:
    return {"title": folder.card.title, "uuid": folder.card.id}
