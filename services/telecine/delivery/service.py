"""The delivery service: composition only."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial

from telecine.delivery.backlog import Backlogs
from telecine.delivery.depot import Depot
from telecine.delivery.desk import Desk
from telecine.delivery.directory import Directory
from telecine.delivery.draining import Draining
from telecine.delivery.intake import Intake
from telecine.delivery.keyring import Keyring
from telecine.delivery.lifting import Lifting
from telecine.delivery.measures import AttemptMeasures, ParkingMeasures, watch_waiting
from telecine.delivery.parking import ParkingLot
from telecine.delivery.policy import Policy
from telecine.delivery.queries import Queries
from telecine.delivery.records import Records
from telecine.delivery.replays import Replays
from telecine.delivery.retention import Bounds, Retention
from telecine.delivery.schema import SCHEMA
from telecine.delivery.searching import AttemptSearch
from telecine.delivery.sender import Sender
from telecine.delivery.sweeping import Sweeping
from telecine.delivery.trust import trusting
from telecine.delivery.trying import Trying
from telecine.delivery.wishes import Wishes
from telecine.delivery.worker import Worker
from telecine.shared.aggregates.endpoint import Endpoint
from telecine.shared.contracts.attempts import SearchAttempts
from telecine.shared.contracts.backlog import DiscardBacklog, GetBacklog
from telecine.shared.contracts.delivery import (
    CountAgain,
    GetDelivery,
    ListDeliveries,
    ResendDelivery,
)
from telecine.shared.copies.instance import Instance, instance
from telecine.shared.copies.own_tables import own_tables
from telecine.shared.copies.renewing import renewed, tables_of
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import ENDPOINT
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings
from telecine.shared.tables.database import Database
from telecine.shared.tasks import side_by_side
from telecine.shared.wire.pull import Handle, Pull, singly
from telecine.shared.wire.rpc import serve

#: Messages that a worker holds of what is owed, and as many of what is due.
_WINDOW = 1024
#: Endpoints that a worker drains side by side (one that hangs holds its place until its time-out), and
#: messages of replays that it puts on record.
_DRAINED, _REPLAYED = 512, 64


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
        me.stack.callback(watch_waiting(me.metrics, database, me.clock.now))
        endpoints = EventLog(me.bus, ENDPOINT)
        serve(me.broker, GetDelivery, queries.get)
        serve(me.broker, ListDeliveries, queries.list)
        serve(me.broker, SearchAttempts, AttemptSearch(database).page)
        await _work(me, database, records, endpoints)
        await me.ready()
        yield


async def _work(
    me: Instance, database: Database, records: Records, endpoints: EventLog[Endpoint, EndpointFact]
) -> None:
    directory = Directory(me.bus, endpoints)
    await me.stack.enter_async_context(directory.following())
    trying, policy = await _trying(me), _policy(me.settings)
    directory.on_change(lambda _, endpoint_id: trying.forget(endpoint_id))
    lot = ParkingLot(me.bus, database, ParkingMeasures(me.metrics).parked)
    wishes = Wishes(database, lot)
    backlogs = Backlogs(database, lot, wishes, me.clock.now)
    serve(me.broker, CountAgain, backlogs.again)
    serve(me.broker, GetBacklog, backlogs.get)
    serve(me.broker, DiscardBacklog, backlogs.discard)
    depot = Depot(me.bus, me.clock, database, records, directory, lot, wishes, trying, policy)
    serve(me.broker, ResendDelivery, Desk(depot, endpoints).resend)
    worker = Worker(depot, slots=me.settings.in_flight)
    replays, draining = Replays(depot, worker), Draining(depot, worker)
    await me.stack.enter_async_context(worker.running())
    # Whoever is to stop begins nothing new, and has one grace for all that is under way.
    await me.stack.enter_async_context(
        side_by_side(
            _intake(me, worker, "DELIVERIES", "delivery-requested", "delivery.requested.>"),
            _intake(me, worker, "DUE", "delivery-due", "due.delivery.>"),
            _pull(me, "DUE", "delivery-gates", "due.gate.>", draining.take, abreast=_DRAINED),
            _pull(
                me,
                "DELIVERIES",
                "delivery-replay",
                "delivery.replay.>",
                replays.take,
                abreast=_REPLAYED,
            ),
        )
    )
    await me.stack.enter_async_context(Lifting(depot, worker).running())
    sweeping = Sweeping(me.settings, depot)
    await me.stack.enter_async_context(sweeping.running())
    retention = Retention(Bounds.of(me.settings), me.clock.now, database)
    await me.stack.enter_async_context(retention.running())


async def _trying(me: Instance) -> Trying:
    tls = trusting(me.settings.ca_file)
    sender = await me.stack.enter_async_context(Sender(egress=me.settings.egress_policy, tls=tls))
    return Trying(
        me.clock,
        sender,
        Keyring(me.bus),
        timeout=me.settings.timeout,
        retry_after_most=timedelta(seconds=me.settings.retry_after),
        measures=AttemptMeasures.of(me.metrics),
        tracing=me.tracing,
    )


def _policy(settings: Settings) -> Policy:
    return Policy(settings.retries, settings.endpoint_in_flight, settings.jitter, settings.seed)


def _intake(
    me: Instance, worker: Worker, stream: str, durable: str, subject: str
) -> AbstractAsyncContextManager[None]:
    take = worker.requested if stream == "DELIVERIES" else worker.due
    intake = Intake(me.bus, stream, durable, subject, take, finish=worker.finish, window=_WINDOW)
    return intake.running()


def _pull(
    me: Instance, stream: str, durable: str, subject: str, handle: Handle, *, abreast: int
) -> AbstractAsyncContextManager[None]:
    pull = Pull(me.bus, stream, durable, [subject], singly(handle), concurrency=abreast)
    return pull.running()
