"""Omega's routes for collections: make, rename, list, delete, and lay videos into one.

The documents rename at a path without an id; it is taken in the path and in the body. Their pages
on listing and deleting are empty: the list is a page like those of videos, and a deleted collection
releases its videos (docs/decisions/0011).
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import Caller, House
from telecine.platforms.omega.bodies import (
    CollectionBody,
    MoveBody,
    NamedCollectionBody,
    UuidsBody,
)
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.collection_shape import folder_of, shown
from telecine.platforms.omega.pages import envelope, wanted
from telecine.platforms.omega.reading import read
from telecine.platforms.omega.webhooks import PLATFORM
from telecine.platforms.omega.wire import answer, is_object_id
from telecine.shared.contracts.folders import (
    CreateFolder,
    DeleteFolder,
    GetFolder,
    ListFolders,
    RenameFolder,
)
from telecine.shared.contracts.ingest import MoveVideos
from telecine.shared.errors import Refusal

HOME = "/company/client/collections"
_NO_SUCH = "no such collection"


def known_folder(collection: str, field: str | None = None) -> str:
    """Answer the folder's id of a collection. Raises Refusal, the same as for an unknown one."""
    if not is_object_id(collection):
        raise Refusal("not_found", _NO_SUCH, field)
    return folder_of(collection)


class Collections:
    """The routes' functions: each asks who calls, reads, asks the house, and shows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        add, one = router.add_api_route, f"{HOME}/{{collection_id}}"
        add(HOME, self.create, methods=["POST"], summary="Create a collection", status_code=201)
        add(HOME, self.rename_named, methods=["PUT"], summary="Rename one", status_code=201)
        add(HOME, self.list_page, methods=["GET"], summary="List collections")
        add(f"{HOME}/move", self.move, methods=["POST"], summary="Move videos", status_code=204)
        root = "Move videos out of collections"
        add(f"{HOME}/move_root", self.move_root, methods=["POST"], summary=root, status_code=204)
        add(one, self.get, methods=["GET"], summary="Get a collection")
        add(one, self.rename, methods=["PUT"], summary="Rename a collection", status_code=201)
        add(one, self.delete, methods=["DELETE"], summary="Delete a collection", status_code=204)

    async def create(self, request: Request) -> Response:
        """Make a collection."""
        caller = caller_of(self._house, request)
        body = await read(request, CollectionBody)
        command = CreateFolder(
            **caller.ids(), title=body.name, platform=PLATFORM, request_key=caller.request_key
        )
        return answer(201, shown((await self._house.call(command)).folder))

    async def list_page(self, request: Request) -> Response:
        """List one page of collections, newest first."""
        org = caller_of(self._house, request).org
        asked = wanted(request.query_params)
        query = ListFolders(org=org, offset=asked.offset, limit=asked.limit)
        page = await self._house.call(query)
        return answer(200, envelope([shown(each) for each in page.folders], page.total, asked))

    async def get(self, request: Request, collection_id: str) -> Response:
        """Show one collection."""
        caller = caller_of(self._house, request)
        folder = known_folder(collection_id)
        found = await self._house.call(GetFolder(org=caller.org, folder_id=folder))
        return answer(200, shown(found.folder))

    async def rename(self, request: Request, collection_id: str) -> Response:
        """Give a collection another name: 201, as documented."""
        caller = caller_of(self._house, request)
        folder = known_folder(collection_id)
        body = await read(request, CollectionBody)
        return await self._rename(caller, folder, body.name)

    async def rename_named(self, request: Request) -> Response:
        """Rename the collection that the body names."""
        caller = caller_of(self._house, request)
        body = await read(request, NamedCollectionBody)
        return await self._rename(caller, known_folder(body.id, "id"), body.name)

    async def delete(self, request: Request, collection_id: str) -> Response:
        """Delete a collection; its videos stay, in none."""
        caller = caller_of(self._house, request)
        folder = known_folder(collection_id)
        command = DeleteFolder(**caller.ids(), folder_id=folder, contents="released")
        await self._house.call(command)
        return Response(status_code=204)

    async def move(self, request: Request) -> Response:
        """Lay videos into a collection: all of them, or none."""
        caller = caller_of(self._house, request)
        body = await read(request, MoveBody)
        return await self._move(caller, body.uuids, known_folder(body.id, "id"))

    async def move_root(self, request: Request) -> Response:
        """Take videos out of their collections: all of them, or none."""
        caller = caller_of(self._house, request)
        return await self._move(caller, (await read(request, UuidsBody)).uuids, None)

    async def _rename(self, caller: Caller, folder: str, name: str) -> Response:
        command = RenameFolder(**caller.ids(), folder_id=folder, title=name)
        return answer(201, shown((await self._house.call(command)).folder))

    async def _move(self, caller: Caller, uuids: tuple[str, ...], folder: str | None) -> Response:
        command = MoveVideos(**caller.ids(), video_ids=uuids, folder_id=folder)
        try:
            await self._house.call(command)
        except Refusal as refusal:
            field = "id" if refusal.field == "folder_id" else refusal.field
            raise Refusal(refusal.code, refusal.message, field) from refusal
        return Response(status_code=204)
