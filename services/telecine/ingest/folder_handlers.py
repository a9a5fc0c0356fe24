"""Ingest's answers about folders, by whatever name a platform calls them."""

import asyncio
from contextlib import suppress
from typing import Any

from telecine.ingest import decider
from telecine.ingest.emptying import Emptying
from telecine.ingest.folder_view import FolderView
from telecine.ingest.obeying import Shown
from telecine.shared.aggregates.folder import Folder, Standing, folder_id
from telecine.shared.contracts import Command, Done
from telecine.shared.contracts.folders import (
    CreateFolder,
    DeleteFolder,
    FolderAnswer,
    FolderPage,
    GetFolder,
    ListFolders,
    MoveFolder,
    RenameFolder,
)
from telecine.shared.errors import Refusal
from telecine.shared.events.folder import FolderFact
from telecine.shared.log.decisions import Obeyed
from telecine.shared.log.envelope import Trace
from telecine.shared.time.virtual_time import VirtualClock

#: Seconds that an answer waits for a deleted folder to be empty.
_PATIENCE = 5.0


class FolderHandlers:
    """Commands are idempotent by their request key or effect, or refused the second time."""

    def __init__(
        self,
        folders: Shown[Folder, FolderFact],
        view: FolderView,
        emptying: Emptying,
        clock: VirtualClock,
        seed: int,
    ) -> None:
        self._folders = folders
        self._view = view
        self._emptying = emptying
        self._clock = clock
        self._seed = seed

    async def create(self, command: CreateFolder) -> FolderAnswer:
        """Make a folder. The same request answers the same one, even if its parent is gone since."""
        made = folder_id(self._seed, command.org, command.request_key)
        known = await self._folders.log.load(command.org, made)
        if command.parent is not None and known.last is None:
            await self._standing(command.org, command.parent, "parent")
        wish = decider.Create(command.title, command.parent, command.platform, command.request_key)
        return _answer(await self._obey(command, made, wish))

    async def rename(self, command: RenameFolder) -> FolderAnswer:
        """Give a folder another title."""
        wish = decider.Rename(command.title)
        return _answer(await self._obey(command, command.folder_id, wish))

    async def move(self, command: MoveFolder) -> FolderAnswer:
        """Lay a folder into another one, never into itself or what lies in it."""
        await self._standing(command.org, command.folder_id)
        above, seen = command.parent, set[str]()
        while above is not None and above not in seen:  # two moves at once may have made a ring
            if above == command.folder_id:
                raise Refusal("invalid", "a folder cannot lie in itself", "parent")
            seen.add(above)
            above = (await self._standing(command.org, above, "parent")).card.parent
        wish = decider.Move(command.parent)
        return _answer(await self._obey(command, command.folder_id, wish))

    async def delete(self, command: DeleteFolder) -> Done:
        """Delete a folder. What lay in it follows: here, as far as it goes in a few seconds, so
        that the caller sees it done; and in any case by `Emptying.deleted`, after a crash too."""
        wish = decider.Delete(command.contents)
        obeyed = await self._obey(command, command.folder_id, wish)
        if obeyed.recorded is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await self._emptying.empty(obeyed.recorded)
        return Done()

    async def get(self, query: GetFolder) -> FolderAnswer:
        """Answer one folder, from the log itself, so never an old one."""
        return FolderAnswer(folder=await self._standing(query.org, query.folder_id))

    async def list(self, query: ListFolders) -> FolderPage:
        """Answer a page of folders."""
        return await self._view.page(query)

    async def _standing(self, org: str, folder: str, field: str | None = None) -> Standing:
        state = (await self._folders.log.load(org, folder)).state
        if not isinstance(state, Standing):
            raise Refusal("not_found", decider.NO_SUCH.message, field)
        return state

    async def _obey(
        self, command: Command[Any], folder: str, wish: decider.Command
    ) -> Obeyed[Folder, FolderFact]:
        return await self._folders.obey(
            command.org,
            folder,
            lambda state, _: decider.decide(state, wish),
            now=self._clock.now(),
            trace=Trace(command.request_id, command.correlation_id),
        )


def _answer(obeyed: Obeyed[Folder, FolderFact]) -> FolderAnswer:
    if not isinstance(obeyed.state, Standing):
        raise Refusal("conflict", "the folder has been deleted meanwhile")
    return FolderAnswer(folder=obeyed.state)
