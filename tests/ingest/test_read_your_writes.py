"""Read your writes: a video that was answered is in the list, whoever keeps the view up."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from telecine.clock import time_line
from telecine.ingest.handlers import Handlers
from telecine.ingest.tables import VideoRow
from telecine.ingest.view import VideoView
from telecine.shared.aggregates import VIDEO
from telecine.shared.bus import Bus
from telecine.shared.contracts.ingest import CreateVideo, ListVideos, UploadVideoFile
from telecine.shared.database import opened
from telecine.shared.eventlog import EventLog
from telecine.shared.events.clock import ClockStarted
from telecine.shared.virtual_time import VirtualClock, wall_now
from tests.shared.videos import FILE, MEDIA, OPENING, ORG

CALLER = {"org": ORG, "request_id": "r-1", "correlation_id": "c-1"}


@dataclass(frozen=True)
class Desk:
    """Ingest's answers, without the projection that would repair the view."""

    handlers: Handlers

    async def create(self) -> str:
        created = await self.handlers.create(CreateVideo(**CALLER, opening=OPENING))
        return created.video.card.id

    async def listed(self) -> list[tuple[str, str]]:
        page = await self.handlers.list(ListVideos(org=ORG))
        return [(each.card.id, each.kind) for each in page.videos]


@pytest.fixture
async def desk(bus: Bus, database_url: str) -> AsyncIterator[Desk]:
    now, clock = wall_now(), VirtualClock(bus)
    await time_line.append(bus, ClockStarted(now=now, wall=now, speed=1), 0)
    async with opened(database_url, [VideoRow]) as database, clock.following():
        yield Desk(Handlers(EventLog(bus, VIDEO), VideoView(database), clock, 0))


async def test_a_video_that_was_answered_is_listed(desk: Desk) -> None:
    video_id = await desk.create()

    assert await desk.listed() == [(video_id, "created")]


async def test_a_video_whose_bytes_were_taken_is_listed_as_uploaded(desk: Desk) -> None:
    video_id = await desk.create()
    command = UploadVideoFile(
        **CALLER, video_id=video_id, upload_key="u-1", source=FILE, media=MEDIA, defect=None
    )

    await desk.handlers.upload_file(command)

    assert await desk.listed() == [(video_id, "uploaded")]
