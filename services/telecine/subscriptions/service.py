"""The subscriptions service: composition only."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from telecine.shared.contracts.endpoint_secrets import ReadSecrets, RotateSecret
from telecine.shared.contracts.endpoint_testing import GetExample, TestEndpoint
from telecine.shared.contracts.replays import CancelReplay, GetReplay, ListReplays, StartReplay
from telecine.shared.contracts.subscriptions import (
    ChangeEndpoint,
    CreateEndpoint,
    DeleteEndpoint,
    GetEndpoint,
    GetSecrets,
    ListEndpoints,
    SetEndpointActive,
    UpdateEndpoint,
)
from telecine.shared.copies.instance import Instance, instance
from telecine.shared.copies.leading import leading
from telecine.shared.copies.own_tables import own_tables
from telecine.shared.copies.projections import project
from telecine.shared.copies.renewing import renewed, tables_of
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import ENDPOINT
from telecine.shared.observing.metrics import Metrics
from telecine.shared.sending.names import Names
from telecine.shared.settings import Settings
from telecine.shared.tables.sealing import seal_of
from telecine.shared.wire.rpc import serve
from telecine.subscriptions.fan_out import LEASE, FanOut
from telecine.subscriptions.handlers import Handlers
from telecine.subscriptions.obeying import Obeying
from telecine.subscriptions.reach import ABREAST, ensure_reachable
from telecine.subscriptions.replay_desk import ReplayDesk
from telecine.subscriptions.replays import Replays
from telecine.subscriptions.schema import SCHEMA
from telecine.subscriptions.secrets_desk import SecretsDesk
from telecine.subscriptions.trying_out import TryingOut
from telecine.subscriptions.vault import Vault
from telecine.subscriptions.view import EndpointView


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run one copy of subscriptions while the block lasts, a life for each run of the house."""
    live = partial(_life, settings, metrics)
    async with renewed(settings, "subscriptions", live, tables_of(settings, SCHEMA)):
        yield


@asynccontextmanager
async def _life(settings: Settings, metrics: Metrics | None) -> AsyncIterator[None]:
    """Run one copy of subscriptions while the block lasts."""
    async with instance(settings, "subscriptions", metrics) as me:
        database = await own_tables(me, SCHEMA)
        log, view = EventLog(me.bus, ENDPOINT), EndpointView(database)
        vault = Vault(database, seal_of(settings))
        await vault.open()
        names = Names(abreast=ABREAST)
        me.stack.push_async_callback(names.close)
        ensure = partial(ensure_reachable, egress=settings.egress_policy, resolve=names)
        handlers = Handlers(
            log,
            view,
            vault,
            me.clock,
            seed=settings.seed,
            random_bytes=secrets.token_bytes,
            ensure_reachable=ensure,
        )
        desk = SecretsDesk(log, Obeying(log, view), vault, me.clock, secrets.token_bytes)
        trying = TryingOut(
            me.bus, log, me.clock, fidelity=settings.fidelity, ensure_reachable=ensure
        )
        _answer(me, handlers, desk, trying)
        _answer_of_replays(me, ReplayDesk(me.bus, log, Replays(database), me.clock))
        await project(me, log, "subscriptions-view", view.put)
        name = me.beating.instance
        fan_out = FanOut(
            me.bus,
            database,
            me.clock,
            name=name,
            fidelity=settings.fidelity,
            disable_after=_patience(settings),
            keep=timedelta(days=settings.keep_days) or None,
        )
        await me.stack.enter_async_context(leading(me.bus, LEASE, name, fan_out.reign))
        await me.ready()
        yield


def _patience(settings: Settings) -> timedelta | None:
    hours = settings.disable_after
    return timedelta(hours=hours) if hours else None


def _answer(me: Instance, handlers: Handlers, desk: SecretsDesk, trying: TryingOut) -> None:
    serve(me.broker, CreateEndpoint, handlers.create)
    serve(me.broker, UpdateEndpoint, handlers.update)
    serve(me.broker, ChangeEndpoint, handlers.change)
    serve(me.broker, SetEndpointActive, handlers.set_active)
    serve(me.broker, DeleteEndpoint, handlers.delete)
    serve(me.broker, GetEndpoint, handlers.get)
    serve(me.broker, ListEndpoints, handlers.list)
    serve(me.broker, GetSecrets, handlers.secrets)
    serve(me.broker, RotateSecret, desk.rotate)
    serve(me.broker, ReadSecrets, desk.read)
    serve(me.broker, GetExample, trying.example)
    serve(me.broker, TestEndpoint, trying.test)


def _answer_of_replays(me: Instance, desk: ReplayDesk) -> None:
    serve(me.broker, StartReplay, desk.start)
    serve(me.broker, CancelReplay, desk.cancel)
    serve(me.broker, GetReplay, desk.get)
    serve(me.broker, ListReplays, desk.list)
