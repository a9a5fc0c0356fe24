"""Ingest's answers on a real log and real views, without the consumers that would repair them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telecine.clock import time_line
from telecine.ingest.emptying import Emptying
from telecine.ingest.folder_handlers import FolderHandlers
from telecine.ingest.folder_view import FolderView
from telecine.ingest.handlers import Handlers
from telecine.ingest.obeying import Shown
from telecine.ingest.tables import FolderRow, VideoRow
from telecine.ingest.view import VideoView
from telecine.shared.aggregates.folder import Folder, Standing
from telecine.shared.aggregates.video import Known, Video
from telecine.shared.contracts.folders import CreateFolder, ListFolders
from telecine.shared.contracts.ingest import CreateVideo, GetVideo, ListVideos
from telecine.shared.events import Stamp
from telecine.shared.events.clock import ClockStarted
from telecine.shared.events.folder import FolderFact
from telecine.shared.events.video import VideoFact
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import FOLDER, VIDEO
from telecine.shared.tables.database import opened
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.bus import Bus
from tests.shared.videos import OPENING, ORG

NOBODY = {"org": ORG, "request_id": "r-1", "correlation_id": "c-1"}


@dataclass(frozen=True)
class Desk:
    """Ask the handlers; look at the log and the views."""

    videos: Handlers
    folders: FolderHandlers
    emptying: Emptying
    log: EventLog[Video, VideoFact]
    folder_log: EventLog[Folder, FolderFact]

    async def video(self, key: str = "v", folder: str | None = None) -> Known:
        """Open a video."""
        opening = OPENING.model_copy(update={"request_key": key, "collection": folder})
        return (await self.videos.create(CreateVideo(**NOBODY, opening=opening))).video

    async def folder(self, title: str = "Talks", parent: str | None = None) -> Standing:
        """Make a folder; its title is its request's key."""
        command = CreateFolder(
            **NOBODY, title=title, parent=parent, platform="omega", request_key=title
        )
        return (await self.folders.create(command)).folder

    async def listed(self, **query: Any) -> list[str]:
        """Answer the ids of the videos in a list."""
        page = await self.videos.list(ListVideos(org=ORG, **query))
        return [each.card.id for each in page.videos]

    async def titles(self, **query: Any) -> list[str]:
        """Answer the titles of the folders in a list, sorted."""
        page = await self.folders.list(ListFolders(org=ORG, **query))
        return sorted(each.card.title for each in page.folders)

    async def state(self, video_id: str) -> Known:
        """Answer a video as the log has it."""
        return (await self.videos.get(GetVideo(org=ORG, video_id=video_id))).video

    async def append(self, video_id: str, *facts: VideoFact) -> None:
        """Write facts of a video behind everybody's back: no view is told."""
        for fact in facts:
            loaded = await self.log.load(ORG, video_id)
            at = Stamp(ORG, video_id, loaded.time(wall_now()))
            await self.log.append(loaded, fact, at, Trace(f"by hand {loaded.version}", "c-1"))

    async def append_to_folder(self, folder_id: str, fact: FolderFact) -> None:
        """Write a fact of a folder behind everybody's back, as a handler that dies right after it."""
        loaded = await self.folder_log.load(ORG, folder_id)
        at = Stamp(ORG, folder_id, loaded.time(wall_now()))
        await self.folder_log.append(loaded, fact, at, Trace("by hand", "c-1"))

    async def facts(self, video_id: str) -> list[str]:
        """Answer the types of a video's facts."""
        found = self.log.read(VIDEO.filter(ORG, video_id))
        return [each.fact.type async for each in found]


@asynccontextmanager
async def desk_on(bus: Bus, database_url: str) -> AsyncIterator[Desk]:
    """Open a desk on a server that has the streams."""
    now, clock = wall_now(), VirtualClock(bus)
    await time_line.append(bus, ClockStarted(now=now, wall=now, speed=1), 0)
    async with opened(database_url, [VideoRow, FolderRow]) as database, clock.following():
        log, view = EventLog(bus, VIDEO), VideoView(database)
        folder_log, folder_view = EventLog(bus, FOLDER), FolderView(database)
        folders = Shown(folder_log, folder_view.put)
        emptying = Emptying(bus, Shown(log, view.put), folders, view, folder_view)
        yield Desk(
            Handlers(log, view, folder_log, clock, 0),
            FolderHandlers(folders, folder_view, emptying, clock, 0),
            emptying,
            log,
            folder_log,
        )
