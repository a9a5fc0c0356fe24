"""Ingest's answers about videos: each parses, lets the log obey, shows the result, then replies."""

import asyncio
from datetime import datetime

from telecine.ingest.obeying import Shown
from telecine.ingest.view import VideoView
from telecine.platforms import packs
from telecine.shared.aggregates import folder, video
from telecine.shared.aggregates.folder import Folder
from telecine.shared.aggregates.video import Absent, Known, Video
from telecine.shared.contracts import Command, Done
from telecine.shared.contracts.ingest import (
    CreateVideo,
    DeleteVideo,
    GetVideo,
    ListVideos,
    MoveVideos,
    RevertDeletion,
    SetPrivacy,
    UploadVideoFile,
    UploadVideoLink,
    VideoAnswer,
    VideoPage,
)
from telecine.shared.errors import BrokenLog, Refusal
from telecine.shared.events.folder import FolderFact
from telecine.shared.events.video import Opening, Source, VideoFact, VideoFailedToDelete
from telecine.shared.ids import uuid_of
from telecine.shared.log.decisions import Obeyed
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.time.virtual_time import VirtualClock


class Handlers:
    """Commands are idempotent by their request or upload key, or refused the second time; queries
    change nothing."""

    def __init__(
        self,
        log: EventLog[Video, VideoFact],
        view: VideoView,
        folders: EventLog[Folder, FolderFact],
        clock: VirtualClock,
        seed: int,
    ) -> None:
        self._log = log
        self._view = view
        self._videos = Shown(log, view.put)
        self._folders = folders
        self._clock = clock
        self._seed = seed

    async def create(self, command: CreateVideo) -> VideoAnswer:
        """Open a video without bytes."""
        video_id = await self._birth(command.org, command.opening)
        return await self._obey(command, video_id, video.Create(command.opening))

    async def upload_link(self, command: UploadVideoLink) -> VideoAnswer:
        """Open a video whose bytes are behind a link."""
        video_id = await self._birth(command.org, command.opening)
        source = Source(kind="link", url=command.url)
        return await self._obey(command, video_id, video.UploadLink(command.opening, source))

    async def upload_file(self, command: UploadVideoFile) -> VideoAnswer:
        """Give an open video the bytes that have arrived."""
        wish = video.UploadFile(command.upload_key, command.source, command.media, command.defect)
        return await self._obey(command, command.video_id, wish)

    async def delete(self, command: DeleteVideo) -> VideoAnswer:
        """Mark a video as deleted, if the platform that was asked lets it."""
        may_delete = packs()[command.platform].may_delete

        def decide(state: Video, at: datetime) -> video.Decision:
            refusal = None if isinstance(state, Absent) else may_delete(state, at)
            return video.decide(state, video.Delete(refusal), at)

        trace = Trace(command.request_id, command.correlation_id)
        obeyed = await self._videos.obey(
            command.org, command.video_id, decide, now=self._clock.now(), trace=trace
        )
        if obeyed.recorded and isinstance(obeyed.recorded.fact, VideoFailedToDelete):
            raise Refusal("conflict", obeyed.recorded.fact.reason)
        return _answer(obeyed)

    async def revert_deletion(self, command: RevertDeletion) -> VideoAnswer:
        """Take the mark of deletion away. Its folder may be gone meanwhile: then it is laid to the
        top before it comes back, so that a crash in between leaves nothing but a repeated call."""
        state = (await self._log.load(command.org, command.video_id)).state
        if isinstance(state, Known) and state.card.deleted_at and state.card.collection:
            place = (await self._folders.load(command.org, state.card.collection)).state
            if isinstance(place, folder.Deleted):
                await self._obey(command, command.video_id, video.Move(None))
        return await self._obey(command, command.video_id, video.RevertDeletion())

    async def set_privacy(self, command: SetPrivacy) -> VideoAnswer:
        """Show a video to all, or not."""
        return await self._obey(command, command.video_id, video.SetPrivacy(command.privacy))

    async def move(self, command: MoveVideos) -> Done:
        """Lay videos into a folder; nothing is moved if one of them cannot be."""
        if command.folder_id is not None:
            await self._require_folder(command.org, command.folder_id, "folder_id")
        wanted = dict.fromkeys(command.video_ids)
        await asyncio.gather(*(self._require_alive(command.org, each) for each in wanted))
        wish = video.Move(command.folder_id)
        await asyncio.gather(*(self._obey(command, each, wish) for each in wanted))
        return Done()

    async def get(self, query: GetVideo) -> VideoAnswer:
        """Answer one video, from the log itself, so never an old one."""
        loaded = await self._log.load(query.org, query.video_id)
        if isinstance(loaded.state, Absent):
            raise Refusal("not_found", "no such video")
        return VideoAnswer(video=loaded.state)

    async def list(self, query: ListVideos) -> VideoPage:
        """Answer a page of videos."""
        return await self._view.page(query)

    async def _birth(self, org: str, opening: Opening) -> str:
        """Answer the id of the video that an opening makes; a new one's folder must be there."""
        video_id = uuid_of(self._seed, org, "video", opening.request_key)
        if opening.collection is not None:
            state = (await self._log.load(org, video_id)).state
            if isinstance(state, Absent):
                await self._require_folder(org, opening.collection, "collection")
        return video_id

    async def _require_folder(self, org: str, folder_id: str, field: str) -> None:
        state = (await self._folders.load(org, folder_id)).state
        if not isinstance(state, folder.Standing):
            raise Refusal("not_found", "no such folder", field)

    async def _require_alive(self, org: str, video_id: str) -> None:
        state = (await self._log.load(org, video_id)).state
        if isinstance(state, Absent):
            raise Refusal("not_found", "no such video", video_id)
        if state.card.deleted_at:
            message = "this video is deleted; revert its deletion first"
            raise Refusal("conflict", message, video_id)

    async def _obey(
        self,
        command: Command[VideoAnswer] | Command[Done],
        video_id: str,
        wish: video.Command,
    ) -> VideoAnswer:
        def decide(state: Video, at: datetime) -> video.Decision:
            return video.decide(state, wish, at)

        trace = Trace(command.request_id, command.correlation_id)
        obeyed = await self._videos.obey(
            command.org, video_id, decide, now=self._clock.now(), trace=trace
        )
        return _answer(obeyed)


def _answer(obeyed: Obeyed[Video, VideoFact]) -> VideoAnswer:
    if isinstance(obeyed.state, Absent):
        raise BrokenLog("a command was obeyed and left no video")
    return VideoAnswer(video=obeyed.state)
