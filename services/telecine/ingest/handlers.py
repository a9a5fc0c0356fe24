"""Ingest's answers: each parses, lets the log obey, shows the result, and only then replies."""

from datetime import datetime

from telecine.ingest.view import VideoView
from telecine.shared import video
from telecine.shared.contracts import Command
from telecine.shared.contracts.ingest import (
    CreateVideo,
    GetVideo,
    ListVideos,
    UploadVideoFile,
    UploadVideoLink,
    VideoAnswer,
    VideoPage,
)
from telecine.shared.decisions import obey
from telecine.shared.envelope import Trace
from telecine.shared.errors import BrokenLog, Refusal
from telecine.shared.eventlog import EventLog
from telecine.shared.events.video import Source, VideoFact
from telecine.shared.ids import uuid_of
from telecine.shared.video import Absent, Video
from telecine.shared.virtual_time import VirtualClock


class Handlers:
    """Commands are idempotent by their request or upload key; queries change nothing."""

    def __init__(
        self, log: EventLog[Video, VideoFact], view: VideoView, clock: VirtualClock, seed: int
    ) -> None:
        self._log = log
        self._view = view
        self._clock = clock
        self._seed = seed

    async def create(self, command: CreateVideo) -> VideoAnswer:
        """Open a video without bytes."""
        video_id = self._video_id(command.org, command.opening.request_key)
        return await self._obey(command, video_id, video.Create(command.opening))

    async def upload_link(self, command: UploadVideoLink) -> VideoAnswer:
        """Open a video whose bytes are behind a link."""
        video_id = self._video_id(command.org, command.opening.request_key)
        source = Source(kind="link", url=command.url)
        return await self._obey(command, video_id, video.UploadLink(command.opening, source))

    async def upload_file(self, command: UploadVideoFile) -> VideoAnswer:
        """Give an open video the bytes that have arrived."""
        wish = video.UploadFile(command.upload_key, command.source, command.media, command.defect)
        return await self._obey(command, command.video_id, wish)

    async def get(self, query: GetVideo) -> VideoAnswer:
        """Answer one video, from the log itself, so never an old one."""
        loaded = await self._log.load(query.org, query.video_id)
        if isinstance(loaded.state, Absent):
            raise Refusal("not_found", "no such video")
        return VideoAnswer(video=loaded.state)

    async def list(self, query: ListVideos) -> VideoPage:
        """Answer a page of videos."""
        return await self._view.page(query)

    def _video_id(self, org: str, request_key: str) -> str:
        return uuid_of(self._seed, org, "video", request_key)

    async def _obey(
        self, command: Command[VideoAnswer], video_id: str, wish: video.Command
    ) -> VideoAnswer:
        def decide(state: Video, at: datetime) -> video.Decision:
            return video.decide(state, wish, at)

        trace = Trace(command.request_id, command.correlation_id)
        now = self._clock.now()
        obeyed = await obey(self._log, command.org, video_id, decide, now=now, trace=trace)
        if isinstance(obeyed.state, Absent):
            raise BrokenLog(f"{command.name} was obeyed and left no video {video_id}")
        await self._view.put(obeyed.state, obeyed.sequence)
        return VideoAnswer(video=obeyed.state)
