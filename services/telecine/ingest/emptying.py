"""What lies in a deleted folder follows it: deleted as well, or released to the top.

Each video and each folder in it gets a fact of its own. Idempotent by their states; two facts call
for it, so that nothing is left behind however they cross: that a folder was deleted (then what the
view shows in it follows), and that something arrived in a folder (then the folder is looked at).
"""

import asyncio
from datetime import datetime

from nats.aio.msg import Msg

from telecine.ingest import decider
from telecine.ingest.folder_view import FolderView
from telecine.ingest.obeying import Shown
from telecine.ingest.view import VideoView
from telecine.shared.aggregates import folder, video
from telecine.shared.aggregates.folder import Folder
from telecine.shared.aggregates.verdicts import Unchanged
from telecine.shared.aggregates.video import Absent, Video
from telecine.shared.contracts.folders import ListFolders
from telecine.shared.contracts.ingest import ListVideos
from telecine.shared.events.folder import Contents, FolderDeleted, FolderFact
from telecine.shared.events.video import VideoFact
from telecine.shared.log.envelope import Recorded, Trace
from telecine.shared.observing.logging import correlation
from telecine.shared.wire.bus import Bus

#: What is emptied side by side.
_ABREAST = 50

FolderRecorded = Recorded[Folder, FolderFact]


class Emptying:
    """Lets what lies in deleted folders follow them."""

    def __init__(
        self,
        bus: Bus,
        videos: Shown[Video, VideoFact],
        folders: Shown[Folder, FolderFact],
        video_view: VideoView,
        folder_view: FolderView,
    ) -> None:
        self._bus = bus
        self._videos = videos
        self._folders = folders
        self._video_view = video_view
        self._folder_view = folder_view

    async def deleted(self, message: Msg) -> None:
        """A folder was deleted: empty it."""
        recorded = self._folders.log.parse(message)
        with correlation(recorded.trace.correlation_id, folder_id=recorded.stamp.id):
            await self.empty(recorded)
        await self._bus.ack(message)

    async def video_arrived(self, message: Msg) -> None:
        """A video was laid into a folder, was born in it or came back to it; that may be gone."""
        recorded = self._videos.log.parse(message)
        state = await self._videos.log.state_after(recorded)
        if not isinstance(state, Absent) and state.card.collection:
            await self._video_view.put(state, recorded.sequence)  # before we look at the folder
            gone = await self._gone(recorded.stamp.org, state.card.collection)
            if gone:
                await self._follow(gone, state.card.id)
        await self._bus.ack(message)

    async def folder_arrived(self, message: Msg) -> None:
        """A folder was laid into another, or born in it."""
        recorded = self._folders.log.parse(message)
        state = await self._folders.log.state_after(recorded)
        if not isinstance(state, folder.Absent) and state.card.parent:
            await self._folder_view.put(state, recorded.sequence)
            gone = await self._gone(recorded.stamp.org, state.card.parent)
            if gone:
                await self._folder_follows(gone, state.card.id)  # its own fact empties it
        await self._bus.ack(message)

    async def empty(self, gone: FolderRecorded) -> None:
        """Let everything that the views show in a deleted folder follow it, and so on downwards."""
        pending = [gone]
        while pending:
            folder_ = pending.pop()
            await self._videos_follow(folder_)
            pending += await self._folders_follow(folder_)

    async def _videos_follow(self, gone: FolderRecorded) -> None:
        query = ListVideos(org=gone.stamp.org, collection=gone.stamp.id, limit=_ABREAST)
        while videos := (await self._video_view.page(query)).videos:
            await asyncio.gather(*(self._follow(gone, each.card.id) for each in videos))

    async def _folders_follow(self, gone: FolderRecorded) -> list[FolderRecorded]:
        """Answer the folders that were deleted here, and are to be emptied next."""
        deleted: list[FolderRecorded] = []
        query = ListFolders(org=gone.stamp.org, parent=gone.stamp.id, limit=_ABREAST)
        while folders := (await self._folder_view.page(query)).folders:
            following = (self._folder_follows(gone, each.card.id) for each in folders)
            deleted += [each for each in await asyncio.gather(*following) if each]
        return deleted

    async def _gone(self, org: str, place: str) -> FolderRecorded | None:
        """Answer the fact that a folder was deleted, if it was: it is always its last."""
        last = (await self._folders.log.load(org, place)).last
        return last if last and isinstance(last.fact, FolderDeleted) else None

    async def _follow(self, gone: FolderRecorded, video_id: str) -> None:
        wish = video.Delete(None) if _contents(gone) == "deleted" else video.Move(None)

        def decide(state: Video, at: datetime) -> video.Decision:
            if isinstance(state, Absent) or state.card.collection != gone.stamp.id:
                return Unchanged()
            if state.card.deleted_at:
                return Unchanged()
            return video.decide(state, wish, at)

        org, trace = gone.stamp.org, _because(gone)
        await self._videos.obey(org, video_id, decide, now=gone.stamp.at, trace=trace)

    async def _folder_follows(self, gone: FolderRecorded, folder_id: str) -> FolderRecorded | None:
        """Answer the fact that it was deleted, if it was, by us just now."""
        contents = _contents(gone)
        wish = decider.Delete(contents) if contents == "deleted" else decider.Move(None)

        def decide(state: Folder, _: datetime) -> decider.Decision:
            if not isinstance(state, folder.Standing) or state.card.parent != gone.stamp.id:
                return Unchanged()
            return decider.decide(state, wish)

        org, trace = gone.stamp.org, _because(gone)
        obeyed = await self._folders.obey(org, folder_id, decide, now=gone.stamp.at, trace=trace)
        return obeyed.recorded if contents == "deleted" else None


def _contents(gone: FolderRecorded) -> Contents:
    return gone.fact.contents if isinstance(gone.fact, FolderDeleted) else "released"


def _because(gone: FolderRecorded) -> Trace:
    return Trace(gone.id, gone.trace.correlation_id)
