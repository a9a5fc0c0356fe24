"""The gateway service: composition only."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from telecine.gateway.app import application
from telecine.gateway.credentials import Credentials
from telecine.gateway.door import bind, serving
from telecine.gateway.failures import failure
from telecine.gateway.fresh import Fresh
from telecine.gateway.front import Front
from telecine.gateway.repeating import Repeating
from telecine.gateway.resetting import Resetting, remove_uploads
from telecine.gateway.schema import SCHEMA
from telecine.gateway.uploads import Uploads
from telecine.gateway.wishes import Wishes
from telecine.platforms.house import Call, House, Reset
from telecine.shared.contracts import Request
from telecine.shared.contracts.clock import ClockAnswer, GetClock
from telecine.shared.copies.heartbeat import Pulse
from telecine.shared.copies.instance import Instance, instance
from telecine.shared.copies.own_tables import own_tables
from telecine.shared.copies.renewing import renewed, tables_of
from telecine.shared.errors import Unavailable
from telecine.shared.events import Wire
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings
from telecine.shared.tables.sealing import seal_of
from telecine.shared.tasks import alongside
from telecine.shared.wire import rpc

R = TypeVar("R", bound=Wire)


@asynccontextmanager
async def running(
    settings: Settings, door: socket.socket | None = None, metrics: Metrics | None = None
) -> AsyncIterator[None]:
    """Run one copy of the gateway while the block lasts, an application for each run of the house.

    `door` is a socket that is bound already.
    """
    door = door or bind(settings.host, settings.port)
    shop = _Shop(settings, metrics)
    async with renewed(settings, "gateway", shop.life, shop.empty) as copy:
        shop.resetting = Resetting(copy)
        async with (
            serving(shop.front, door),
            alongside("reset watch", shop.resetting.watch()),
        ):
            yield


class _Shop:
    """One copy of the gateway over its runs: what of it outlives them."""

    def __init__(self, settings: Settings, metrics: Metrics | None) -> None:
        self.front = Front()
        self.resetting: Resetting | None = None
        self._settings = settings
        self._metrics = metrics
        self._house: House | None = None
        self._wishes: Wishes | None = None

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """Answer for one run."""
        settings = self._settings
        async with instance(settings, "gateway", self._metrics) as me:
            pulse = Pulse(me.bus)
            await me.stack.enter_async_context(pulse.listening())
            database = await own_tables(me, SCHEMA)
            credentials = Credentials(database, seal_of(settings), settings.orgs)
            await credentials.refresh()
            call = _call(me)
            uploads = Uploads(settings.uploads, call, keep=settings.keep_media, tracing=me.tracing)
            house = _house(me, call, uploads, credentials, self._reset)
            await me.stack.enter_async_context(uploads.sweeping())
            app = application(house, me.bus, pulse, uploads, settings)
            self._house, self._wishes = house, Wishes(database)
            app.add_middleware(Repeating, wishes=self._present, house=house, refuse=failure)
            app.add_middleware(Fresh, refresh=credentials.refresh, refuse=failure)
            await me.ready()
            async with self.front.showing(app):
                yield

    def _present(self) -> Wishes:
        """Answer the wishes of the present run: what a reset is answered belongs to the new one."""
        if self._wishes is None:
            raise Unavailable("no run has begun")
        return self._wishes

    async def empty(self) -> None:
        """Forget credentials, wishes and uploads."""
        await tables_of(self._settings, SCHEMA)()
        await asyncio.to_thread(remove_uploads, self._settings.uploads)

    async def _reset(self) -> ClockAnswer:
        if self.resetting is None or self._house is None:
            raise Unavailable("the gateway is still starting")
        self.front.outlive()
        await self.resetting.reset()
        return await self._house.call(GetClock())


def _call(me: Instance) -> Call:
    async def call(request: Request[R]) -> R:
        return await rpc.call(me.bus, request)

    return call


def _house(
    me: Instance, call: Call, uploads: Uploads, credentials: Credentials, reset: Reset
) -> House:
    return House(
        call=call,
        now=me.clock.now,
        orgs=credentials.keys,
        quirks=me.settings.quirks,
        fidelity=me.settings.fidelity,
        seed=me.settings.seed,
        kept=uploads.kept,
        upload_limit=me.settings.upload_limit,
        accounts=credentials,
        reset=reset,
    )
