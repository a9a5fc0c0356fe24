"""The delivery service: composition only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TypedDict

from telecine.delivery.directory import Directory
from telecine.delivery.keyring import Keyring
from telecine.delivery.measures import AttemptMeasures, watch_waiting
from telecine.delivery.queries import Queries
from telecine.delivery.records import Records
from telecine.delivery.resending import Desk, Resends
from telecine.delivery.schedule import Profile as ScheduleName
from telecine.delivery.schema import SCHEMA
from telecine.delivery.sender import Sender
from telecine.delivery.trust import trusting
from telecine.delivery.trying import Trying
from telecine.delivery.worker import Worker
from telecine.shared.aggregates import ENDPOINT
from telecine.shared.contracts.delivery import GetDelivery, ListDeliveries, ResendDelivery
from telecine.shared.endpoint import Endpoint
from telecine.shared.eventlog import EventLog
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.instance import Instance, instance
from telecine.shared.metrics import Metrics
from telecine.shared.own_tables import own_tables
from telecine.shared.pull import Handle, Pull, singly
from telecine.shared.renewing import renewed, tables_of
from telecine.shared.rpc import serve
from telecine.shared.settings import Settings


class _Parts(TypedDict):
    """What everybody who makes attempts needs."""

    trying: Trying
    records: Records
    directory: Directory
    schedule: ScheduleName


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run one copy of delivery while the block lasts, a life for each run of the house."""
    live = partial(_life, settings, metrics)
    async with renewed(settings, "delivery", live, tables_of(settings, SCHEMA)):
        yield


@asynccontextmanager
async def _life(settings: Settings, metrics: Metrics | None) -> AsyncIterator[None]:
    """Run one copy of delivery while the block lasts."""
    async with instance(settings, "delivery", metrics) as me:
        database = await own_tables(me, SCHEMA)
        queries, records = Queries(database), Records(database)
        me.stack.callback(watch_waiting(me.metrics, database, me.clock))
        endpoints = EventLog(me.bus, ENDPOINT)
        serve(me.broker, GetDelivery, queries.get)
        serve(me.broker, ListDeliveries, queries.list)
        serve(me.broker, ResendDelivery, Desk(me.bus, records, endpoints).resend)
        for pull in await _pulls(me, records, endpoints):
            await me.stack.enter_async_context(pull.running())
        await me.ready()
        yield


async def _pulls(
    me: Instance, records: Records, endpoints: EventLog[Endpoint, EndpointFact]
) -> list[Pull]:
    directory = Directory(me.bus, endpoints)
    await me.stack.enter_async_context(directory.following())
    tls = trusting(me.settings.ca_file)
    sender = await me.stack.enter_async_context(Sender(egress=me.settings.egress_policy, tls=tls))
    trying = Trying(
        me.clock,
        sender,
        Keyring(me.bus),
        timeout=me.settings.timeout,
        measures=AttemptMeasures(me.metrics),
        tracing=me.tracing,
    )
    parts: _Parts = {
        "trying": trying,
        "records": records,
        "directory": directory,
        "schedule": me.settings.retries,
    }
    worker, resends = Worker(me.bus, me.clock, **parts), Resends(me.bus, me.clock, **parts)
    return [
        _pull(me, "DELIVERIES", "delivery-requested", "delivery.requested.>", worker.requested),
        _pull(me, "DUE", "delivery-due", "due.delivery.>", worker.due),
        _pull(me, "DELIVERIES", "delivery-replay", "delivery.replay.>", resends.take),
    ]


def _pull(me: Instance, stream: str, durable: str, subject: str, handle: Handle) -> Pull:
    abreast = me.settings.in_flight
    return Pull(me.bus, stream, durable, [subject], singly(handle), concurrency=abreast)
