"""Ingest's answers about live streams."""

from typing import Any

from telecine.ingest.lives_emptying import LivesEmptying
from telecine.ingest.lives_view import LiveView
from telecine.ingest.obeying import Shown
from telecine.shared.aggregates import folder, live
from telecine.shared.aggregates.folder import Folder
from telecine.shared.aggregates.live import Absent, Deleted, Live
from telecine.shared.contracts import Command, Done
from telecine.shared.contracts.lives import (
    CreateLive,
    DeleteLive,
    GetLive,
    ListLives,
    LiveAnswer,
    LivePage,
    MoveLive,
    StartLiveServer,
    StopLive,
)
from telecine.shared.copies.instance import Instance
from telecine.shared.copies.projections import project
from telecine.shared.errors import Refusal
from telecine.shared.events.folder import FolderFact
from telecine.shared.events.live import LiveFact
from telecine.shared.ids import uuid_of
from telecine.shared.log.decisions import Obeyed
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.tables.database import Database
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.rpc import serve


async def answer_lives(
    me: Instance,
    log: EventLog[Live, LiveFact],
    folders: EventLog[Folder, FolderFact],
    database: Database,
) -> None:
    """Answer about live streams, and keep their view, for as long as the instance runs."""
    view = LiveView(database)
    shown = Shown(log, view.put)
    handlers = LiveHandlers(shown, view, folders, me.clock, me.settings.seed)
    serve(me.broker, CreateLive, handlers.create)
    serve(me.broker, StartLiveServer, handlers.start_server)
    serve(me.broker, StopLive, handlers.stop)
    serve(me.broker, MoveLive, handlers.move)
    serve(me.broker, DeleteLive, handlers.delete)
    serve(me.broker, GetLive, handlers.get)
    serve(me.broker, ListLives, handlers.list)
    await project(me, log, "ingest-lives-view", view.put)
    await LivesEmptying(me.bus, shown, view, folders).run(me)


class LiveHandlers:
    """Commands are idempotent by their request key or their effect; a second deletion is refused."""

    def __init__(
        self,
        lives: Shown[Live, LiveFact],
        view: LiveView,
        folders: EventLog[Folder, FolderFact],
        clock: VirtualClock,
        seed: int,
    ) -> None:
        self._lives = lives
        self._view = view
        self._folders = folders
        self._clock = clock
        self._seed = seed

    async def create(self, command: CreateLive) -> LiveAnswer:
        """Open a live stream."""
        live_id = uuid_of(self._seed, command.org, "live", command.opening.request_key)
        return _answer(await self._obey(command, live_id, live.Create(command.opening)))

    async def start_server(self, command: StartLiveServer) -> LiveAnswer:
        """Have the server started; it takes its time."""
        return _answer(await self._obey(command, command.live_id, live.Start()))

    async def stop(self, command: StopLive) -> LiveAnswer:
        """End a stream; its recording follows by itself."""
        return _answer(await self._obey(command, command.live_id, live.Stop(command.trim)))

    async def move(self, command: MoveLive) -> LiveAnswer:
        """Lay a stream into a folder."""
        if command.folder_id is not None:
            place = (await self._folders.load(command.org, command.folder_id)).state
            if not isinstance(place, folder.Standing):
                raise Refusal("not_found", "no such folder", "folder_id")
        return _answer(await self._obey(command, command.live_id, live.Move(command.folder_id)))

    async def delete(self, command: DeleteLive) -> Done:
        """Delete a stream; whatever it was about to do, it does no more."""
        await self._obey(command, command.live_id, live.Delete())
        return Done()

    async def get(self, query: GetLive) -> LiveAnswer:
        """Answer one stream, from the log itself, so never an old one."""
        state = (await self._lives.log.load(query.org, query.live_id)).state
        if isinstance(state, Absent | Deleted):
            raise Refusal("not_found", live.NO_SUCH.message)
        return LiveAnswer(live=state)

    async def list(self, query: ListLives) -> LivePage:
        """Answer a page of live streams."""
        return await self._view.page(query)

    async def _obey(
        self, command: Command[Any], live_id: str, wish: live.Command
    ) -> Obeyed[Live, LiveFact]:
        return await self._lives.obey(
            command.org,
            live_id,
            lambda state, at: live.decide(state, wish, at),
            now=self._clock.now(),
            trace=Trace(command.request_id, command.correlation_id),
        )


def _answer(obeyed: Obeyed[Live, LiveFact]) -> LiveAnswer:
    if isinstance(obeyed.state, Absent | Deleted):
        raise Refusal("conflict", "the live stream has been deleted meanwhile")
    return LiveAnswer(live=obeyed.state)
