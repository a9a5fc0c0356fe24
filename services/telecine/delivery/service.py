"""The delivery service: composition only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telecine.delivery.directory import Directory
from telecine.delivery.keyring import Keyring
from telecine.delivery.queries import Queries
from telecine.delivery.records import Records
from telecine.delivery.sender import Sender
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.delivery.worker import Worker
from telecine.shared.aggregates import ENDPOINT
from telecine.shared.contracts.delivery import GetDelivery, ListDeliveries
from telecine.shared.database import Database, opened
from telecine.shared.eventlog import EventLog
from telecine.shared.instance import Instance, instance
from telecine.shared.metrics import Metrics
from telecine.shared.pull import Pull, singly
from telecine.shared.rpc import serve
from telecine.shared.settings import Settings


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run one copy of delivery while the block lasts."""
    async with instance(settings, "delivery", metrics) as me:
        database = await me.stack.enter_async_context(
            opened(settings.database("delivery"), [DeliveryRow, AttemptRow])
        )
        queries = Queries(database)
        serve(me.broker, GetDelivery, queries.get)
        serve(me.broker, ListDeliveries, queries.list)
        await _work(me, await _worker(me, database))
        await me.ready()
        yield


async def _worker(me: Instance, database: Database) -> Worker:
    directory = Directory(me.bus, EventLog(me.bus, ENDPOINT))
    await me.stack.enter_async_context(directory.following())
    return Worker(
        me.bus,
        me.clock,
        sender=await me.stack.enter_async_context(Sender(egress=me.settings.egress_policy)),
        records=Records(database),
        directory=directory,
        keyring=Keyring(me.bus),
        schedule=me.settings.retries,
        timeout=me.settings.timeout,
    )


async def _work(me: Instance, worker: Worker) -> None:
    abreast = me.settings.in_flight
    requested = Pull(
        me.bus,
        "DELIVERIES",
        "delivery-requested",
        ["delivery.requested.>"],
        singly(worker.requested),
        concurrency=abreast,
    )
    due = Pull(
        me.bus, "DUE", "delivery-due", ["due.delivery.>"], singly(worker.due), concurrency=abreast
    )
    await me.stack.enter_async_context(requested.running())
    await me.stack.enter_async_context(due.running())
