"""Views that are made anew: at the start where their shape has changed, and when somebody asks."""

import asyncio
from contextlib import AsyncExitStack
from time import monotonic

import structlog
from nats.errors import Error as NatsError

from telecine.shared.contracts.rebuilding import (
    REBUILDS,
    Rebuild,
    RebuildBegun,
    RebuildProgress,
)
from telecine.shared.copies.instance import Instance
from telecine.shared.errors import Refusal
from telecine.shared.tables.database import Database
from telecine.shared.tables.folding import Reached, fold
from telecine.shared.tables.schema import Schema, View
from telecine.shared.wire.rpc import serve

log = structlog.get_logger()

#: Seconds between two words about one view.
_TELL_EVERY = 0.2


async def rebuildable(me: Instance, database: Database, schema: Schema) -> None:
    """Fold what the database says is not folded yet; from then on answer who wants more.

    Call it before anybody may be answered from the views.
    """
    for view in database.unfolded:
        rows = await fold(me.bus, database, view, _in_silence)
        log.debug("view.folded", view=view.name, rows=rows)
    rebuilding = Rebuilding(me, database, schema)
    me.stack.push_async_callback(rebuilding.stop)
    serve(me.broker, REBUILDS[schema.service], rebuilding.begin)


async def _in_silence(_: Reached) -> None:
    return None


class Rebuilding:
    """Rebuilds one service's views, one rebuild at a time among all of its copies."""

    def __init__(self, me: Instance, database: Database, schema: Schema) -> None:
        self._me = me
        self._database = database
        self._views = {view.name: view for view in schema.views}
        self._service = schema.service
        self._task: asyncio.Task[None] | None = None

    async def begin(self, wish: Rebuild) -> RebuildBegun:
        """Begin, and answer at once; the rest is told to the asker's inbox."""
        unknown = sorted(set(wish.views) - set(self._views))
        if unknown:
            known = ", ".join(sorted(self._views))
            raise Refusal("invalid", f"no view {unknown[0]!r}; there are {known}", "views")
        async with AsyncExitStack() as stack:
            if not await stack.enter_async_context(
                self._database.only(f"rebuild {self._service}")
            ):
                raise Refusal("conflict", f"{self._service} is being rebuilt already")
            names = wish.views or tuple(self._views)
            work = self._work(
                [self._views[name] for name in names], wish.progress, stack.pop_all()
            )
            self._task = asyncio.create_task(work, name=f"rebuild {self._service}")
        return RebuildBegun(views=names)

    async def stop(self) -> None:
        """Leave off; what was being made is gone, and the old rows stay."""
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self, views: list[View], inbox: str, held: AsyncExitStack) -> None:
        async with held:
            for view in views:
                try:
                    await self._rebuild(view, inbox)
                except Exception as error:
                    log.exception("view.not_rebuilt", view=view.name)
                    await self._tell(inbox, RebuildProgress(view=view.name, failed=str(error)))
                    return

    async def _rebuild(self, view: View, inbox: str) -> None:
        told = 0.0

        async def tell(reached: Reached) -> None:
            nonlocal told
            if monotonic() - told > _TELL_EVERY:
                told = monotonic()
                far = RebuildProgress(view=view.name, position=reached.position, last=reached.last)
                await self._tell(inbox, far)

        rows = await fold(self._me.bus, self._database, view, tell)
        log.info("view.rebuilt", view=view.name, rows=rows)
        await self._tell(inbox, RebuildProgress(view=view.name, rows=rows))

    async def _tell(self, inbox: str, progress: RebuildProgress) -> None:
        try:
            await self._me.bus.client.publish(inbox, progress.model_dump_json().encode())
        except NatsError as error:  # the work is done all the same
            log.warning("rebuild.not_told", view=progress.view, error=repr(error))
