"""The gateway service: composition only."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from telecine.gateway.app import application
from telecine.gateway.credentials import Credentials
from telecine.gateway.door import bind, serving
from telecine.gateway.failures import failure
from telecine.gateway.fresh import Fresh
from telecine.gateway.repeating import Repeating
from telecine.gateway.schema import SCHEMA
from telecine.gateway.uploads import Uploads
from telecine.gateway.wishes import Wishes
from telecine.platforms.house import Call, House
from telecine.shared import rpc
from telecine.shared.contracts import Request
from telecine.shared.events import Wire
from telecine.shared.heartbeat import Pulse
from telecine.shared.instance import Instance, instance
from telecine.shared.metrics import Metrics
from telecine.shared.own_tables import own_tables
from telecine.shared.sealing import seal_of
from telecine.shared.settings import Settings

R = TypeVar("R", bound=Wire)


@asynccontextmanager
async def running(
    settings: Settings, door: socket.socket | None = None, metrics: Metrics | None = None
) -> AsyncIterator[None]:
    """Run one copy of the gateway while the block lasts; `door` is a socket that is bound already."""
    door = door or bind(settings.host, settings.port)
    async with instance(settings, "gateway", metrics) as me:
        pulse = Pulse(me.bus)
        await me.stack.enter_async_context(pulse.listening())
        database = await own_tables(me, SCHEMA)
        credentials = Credentials(database, seal_of(settings), settings.orgs)
        await credentials.refresh()
        call = _call(me)
        uploads = Uploads(settings.uploads, call, keep=settings.keep_media, tracing=me.tracing)
        house = _house(me, call, uploads, credentials)
        await me.stack.enter_async_context(uploads.sweeping())
        app = application(house, me.bus, pulse, uploads, settings)
        app.add_middleware(Repeating, wishes=Wishes(database), house=house, refuse=failure)
        app.add_middleware(Fresh, refresh=credentials.refresh, refuse=failure)
        await me.stack.enter_async_context(serving(app, door))
        await me.ready()
        yield


def _call(me: Instance) -> Call:
    async def call(request: Request[R]) -> R:
        return await rpc.call(me.bus, request)

    return call


def _house(me: Instance, call: Call, uploads: Uploads, credentials: Credentials) -> House:
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
    )
