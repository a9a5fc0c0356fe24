"""The ingest service: composition only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telecine.ingest.handlers import Handlers
from telecine.ingest.tables import VideoRow
from telecine.ingest.view import VideoView
from telecine.shared.aggregates import VIDEO
from telecine.shared.contracts.ingest import (
    CreateVideo,
    GetVideo,
    ListVideos,
    UploadVideoFile,
    UploadVideoLink,
)
from telecine.shared.database import opened
from telecine.shared.eventlog import EventLog
from telecine.shared.instance import instance
from telecine.shared.metrics import Metrics
from telecine.shared.projections import project
from telecine.shared.rpc import serve
from telecine.shared.settings import Settings


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run one copy of ingest while the block lasts."""
    async with instance(settings, "ingest", metrics) as me:
        database = await me.stack.enter_async_context(
            opened(settings.database("ingest"), [VideoRow])
        )
        log, view = EventLog(me.bus, VIDEO), VideoView(database)
        handlers = Handlers(log, view, me.clock, settings.seed)
        serve(me.broker, CreateVideo, handlers.create)
        serve(me.broker, UploadVideoLink, handlers.upload_link)
        serve(me.broker, UploadVideoFile, handlers.upload_file)
        serve(me.broker, GetVideo, handlers.get)
        serve(me.broker, ListVideos, handlers.list)
        await project(me, log, "ingest-view", view.put)
        await me.ready()
        yield
