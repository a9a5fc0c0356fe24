"""A live stream never stays in a folder that is gone, however the two facts cross."""

from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg

from telecine.ingest.lives_emptying import LivesEmptying
from telecine.ingest.lives_view import LiveRow, LiveView
from telecine.ingest.obeying import Shown
from telecine.shared.aggregates.live import Deleted, Requested
from telecine.shared.contracts.lives import ListLives
from telecine.shared.events import Fact
from telecine.shared.events.folder import Contents, FolderDeleted
from telecine.shared.events.live import LiveMoved
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import FOLDER, LIVE
from telecine.shared.tables.database import Database, opened
from telecine.shared.wire.bus import Bus
from tests.shared import folders, lives
from tests.shared.videos import ORG

TRACE = Trace("cause", "wish")


class Scene:
    """A live stream, a folder, and who empties it."""

    def __init__(self, bus: Bus, database: Database) -> None:
        self._bus = bus
        self.lives, self.folders = EventLog(bus, LIVE), EventLog(bus, FOLDER)
        self.view = LiveView(database)
        shown = Shown(self.lives, self.view.put)
        self.emptying = LivesEmptying(bus, shown, self.view, self.folders)

    async def append(self, log: EventLog[Any, Any], module: Any, fact: Fact) -> None:
        loaded = await log.load(ORG, module.ID)
        stamp = module.stamp(loaded.version + 1)
        recorded = await log.append(loaded, fact, stamp, TRACE)
        if log is self.lives:
            await self.view.put(await log.state_after(recorded), recorded.sequence)

    async def open(self) -> None:
        await self.append(self.folders, folders, folders.FACTS["created"])
        await self.append(self.lives, lives, lives.FACTS["created"])

    async def move(self) -> None:
        await self.append(self.lives, lives, LiveMoved(folder=folders.ID))

    async def delete(self, contents: Contents) -> None:
        await self.append(self.folders, folders, FolderDeleted(contents=contents))

    async def message(self, subject: str) -> Msg:
        pulling = await self._bus.js.pull_subscribe(subject, f"test-{subject.partition('.')[0]}")
        (found,) = await pulling.fetch(1)
        return found


@pytest.mark.parametrize("contents", ["deleted", "released"])
@pytest.mark.parametrize("arrives", ["before", "after"])
async def test_a_stream_in_a_deleted_folder_follows_it(
    bus: Bus, tmp_path: Path, contents: Contents, arrives: str
) -> None:
    async with opened(f"sqlite:///{tmp_path / 'ingest.db'}", [LiveRow]) as database:
        # given
        scene = Scene(bus, database)
        await scene.open()

        # when
        if arrives == "before":
            await scene.move()
            await scene.delete(contents)
            await scene.emptying.folder_deleted(await scene.message("folder.deleted.*.*"))
        else:
            await scene.delete(contents)
            await scene.emptying.folder_deleted(await scene.message("folder.deleted.*.*"))
            await scene.move()
            await scene.emptying.live_arrived(await scene.message("live.moved.*.*"))

        # then
        state = (await scene.lives.load(ORG, lives.ID)).state
        assert isinstance(state, Deleted) == (contents == "deleted")
        assert isinstance(state, Deleted | Requested)
        assert contents == "deleted" or state.card.folder is None
        assert not (await scene.view.page(ListLives(org=ORG, folder=folders.ID))).lives


async def test_a_stream_that_has_moved_on_stays(bus: Bus, tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path / 'ingest.db'}", [LiveRow]) as database:
        scene = Scene(bus, database)
        await scene.open()
        await scene.move()
        late = await scene.message("live.moved.*.*")
        await scene.append(scene.lives, lives, LiveMoved(folder=None))
        await scene.delete("deleted")

        await scene.emptying.live_arrived(late)

        assert not isinstance((await scene.lives.load(ORG, lives.ID)).state, Deleted)
