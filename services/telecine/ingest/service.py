"""The ingest service: composition only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from telecine.ingest.access_tokens import answer_access_tokens
from telecine.ingest.assets import AssetList
from telecine.ingest.emptying import Emptying
from telecine.ingest.folder_handlers import FolderHandlers
from telecine.ingest.folder_view import FolderView
from telecine.ingest.handlers import Handlers
from telecine.ingest.jobs import answer_jobs
from telecine.ingest.lives import answer_lives
from telecine.ingest.obeying import Shown
from telecine.ingest.schema import SCHEMA
from telecine.ingest.view import VideoView
from telecine.shared.contracts.assets import ListAssets
from telecine.shared.contracts.folders import (
    CreateFolder,
    DeleteFolder,
    GetFolder,
    ListFolders,
    MoveFolder,
    RenameFolder,
)
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
)
from telecine.shared.copies.instance import Instance, instance
from telecine.shared.copies.own_tables import own_tables
from telecine.shared.copies.projections import project
from telecine.shared.copies.renewing import renewed, tables_of
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import FOLDER, JOB, LIVE, VIDEO
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings
from telecine.shared.wire.pull import Pull, singly
from telecine.shared.wire.rpc import serve

#: The facts after which a video may lie in a folder that it did not lie in before.
ARRIVALS = ("created", "uploaded", "moved", "deletion_reverted")


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run one copy of ingest while the block lasts, a life for each run of the house."""
    live = partial(_life, settings, metrics)
    async with renewed(settings, "ingest", live, tables_of(settings, SCHEMA)):
        yield


@asynccontextmanager
async def _life(settings: Settings, metrics: Metrics | None) -> AsyncIterator[None]:
    """Run one copy of ingest while the block lasts."""
    async with instance(settings, "ingest", metrics) as me:
        database = await own_tables(me, SCHEMA)
        log, view = EventLog(me.bus, VIDEO), VideoView(database)
        folders, folder_view = EventLog(me.bus, FOLDER), FolderView(database)
        emptying = Emptying(
            me.bus, Shown(log, view.put), Shown(folders, folder_view.put), view, folder_view
        )
        _answer_videos(me, Handlers(log, view, folders, me.clock, settings.seed))
        shown = Shown(folders, folder_view.put)
        _answer_folders(me, FolderHandlers(shown, folder_view, emptying, me.clock, settings.seed))
        await project(me, log, "ingest-view", view.put)
        await project(me, folders, "ingest-folders-view", folder_view.put)
        for pull in _emptied(me, emptying):
            await me.stack.enter_async_context(pull.running())
        await answer_lives(me, EventLog(me.bus, LIVE), folders, database)
        await answer_jobs(me, EventLog(me.bus, JOB), database)
        answer_access_tokens(me, database)
        serve(me.broker, ListAssets, AssetList(database).list)
        await me.ready()
        yield


def _answer_videos(me: Instance, handlers: Handlers) -> None:
    serve(me.broker, CreateVideo, handlers.create)
    serve(me.broker, UploadVideoLink, handlers.upload_link)
    serve(me.broker, UploadVideoFile, handlers.upload_file)
    serve(me.broker, DeleteVideo, handlers.delete)
    serve(me.broker, RevertDeletion, handlers.revert_deletion)
    serve(me.broker, SetPrivacy, handlers.set_privacy)
    serve(me.broker, MoveVideos, handlers.move)
    serve(me.broker, GetVideo, handlers.get)
    serve(me.broker, ListVideos, handlers.list)


def _answer_folders(me: Instance, handlers: FolderHandlers) -> None:
    serve(me.broker, CreateFolder, handlers.create)
    serve(me.broker, RenameFolder, handlers.rename)
    serve(me.broker, MoveFolder, handlers.move)
    serve(me.broker, DeleteFolder, handlers.delete)
    serve(me.broker, GetFolder, handlers.get)
    serve(me.broker, ListFolders, handlers.list)


def _emptied(me: Instance, emptying: Emptying) -> list[Pull]:
    """What sees to it that nothing stays in a folder that is gone."""
    work = {
        "ingest-emptying": ("FOLDERS", ["folder.deleted.*.*"], emptying.deleted),
        "ingest-folders-arrived": (
            "FOLDERS",
            ["folder.created.*.*", "folder.moved.*.*"],
            emptying.folder_arrived,
        ),
        "ingest-videos-arrived": (
            "VIDEOS",
            [f"video.{fact}.*.*" for fact in ARRIVALS],
            emptying.video_arrived,
        ),
    }
    return [
        Pull(me.bus, stream, durable, filters, singly(take), concurrency=8)
        for durable, (stream, filters, take) in work.items()
    ]
