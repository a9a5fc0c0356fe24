"""Live streams in a deleted folder follow it, as videos and folders do (`emptying`)."""

import asyncio
from datetime import datetime

from nats.aio.msg import Msg

from telecine.ingest.lives_view import LiveView
from telecine.ingest.obeying import Shown
from telecine.shared.aggregates import live
from telecine.shared.aggregates.folder import Folder
from telecine.shared.aggregates.live import Absent, Deleted, Live
from telecine.shared.aggregates.verdicts import Unchanged
from telecine.shared.contracts.lives import ListLives
from telecine.shared.copies.instance import Instance
from telecine.shared.events.folder import FolderDeleted, FolderFact
from telecine.shared.events.live import LiveFact
from telecine.shared.log.envelope import Recorded, Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pull import Pull, singly

_ABREAST = 50


class LivesEmptying:
    """Called for by both facts that may cross: a folder was deleted, a stream was laid into one."""

    def __init__(
        self,
        bus: Bus,
        lives: Shown[Live, LiveFact],
        view: LiveView,
        folders: EventLog[Folder, FolderFact],
    ) -> None:
        self._bus = bus
        self._lives = lives
        self._view = view
        self._folders = folders

    async def run(self, me: Instance) -> None:
        """Do it for as long as the instance runs."""
        work = (
            ("FOLDERS", "ingest-lives-emptying", "folder.deleted.*.*", self.folder_deleted),
            ("LIVES", "ingest-lives-arrived", "live.moved.*.*", self.live_arrived),
        )
        for stream, durable, filter_, take in work:
            pull = Pull(me.bus, stream, durable, [filter_], singly(take), concurrency=8)
            await me.stack.enter_async_context(pull.running())

    async def folder_deleted(self, message: Msg) -> None:
        """Let every stream that the view shows in a deleted folder follow it."""
        gone = self._folders.parse(message)
        while True:
            query = ListLives(org=gone.stamp.org, folder=gone.stamp.id, limit=_ABREAST)
            lives = (await self._view.page(query)).lives
            if not lives:
                break
            await asyncio.gather(*(self._follow(gone, each.card.id) for each in lives))
        await self._bus.ack(message)

    async def live_arrived(self, message: Msg) -> None:
        """A stream was laid into a folder, which may be gone."""
        recorded = self._lives.log.parse(message)
        state = await self._lives.log.state_after(recorded)
        if not isinstance(state, Absent) and state.card.folder:
            await self._view.put(state, recorded.sequence)  # before we look at the folder
            last = (await self._folders.load(state.card.org, state.card.folder)).last
            if last and isinstance(last.fact, FolderDeleted):
                await self._follow(last, state.card.id)
        await self._bus.ack(message)

    async def _follow(self, gone: Recorded[Folder, FolderFact], live_id: str) -> None:
        deleted = isinstance(gone.fact, FolderDeleted) and gone.fact.contents == "deleted"
        wish = live.Delete() if deleted else live.Move(None)

        def decide(state: Live, at: datetime) -> live.Decision:
            if isinstance(state, Absent | Deleted) or state.card.folder != gone.stamp.id:
                return Unchanged()
            return live.decide(state, wish, at)

        trace = Trace(gone.id, gone.trace.correlation_id)
        await self._lives.obey(gone.stamp.org, live_id, decide, now=gone.stamp.at, trace=trace)
