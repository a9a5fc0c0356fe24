"""Working on replays and recoveries: page by page, never more than a few hundred webhooks ahead.

Events are asked for before the cursor moves behind them; deliveries that failed are noted with it and
asked for next, since who looks for them again finds those no more that went well meanwhile. A crash in
between asks again, under the same ids, and who makes the attempts makes each once.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

import structlog
from nats.errors import Error as NatsError

from telecine.platforms.pack import Fidelity
from telecine.shared.aggregates.endpoint import Deleted
from telecine.shared.aggregates.event_types import wanted
from telecine.shared.contracts.delivery import CountAgain, ListDeliveries, ResendDelivery
from telecine.shared.copies.lease import Lease
from telecine.shared.errors import Refusal, Unavailable, surprise
from telecine.shared.log.envelope import Recorded
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import ENDPOINT
from telecine.shared.sending.owed import outgoing
from telecine.shared.tasks import alongside
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pipelining import Outgoing
from telecine.shared.wire.rpc import call
from telecine.subscriptions.audience import Audience, Listener
from telecine.subscriptions.replay_cursor import LOGS, STATES, Cursor, InLogs, InRecords, parse
from telecine.subscriptions.replays import Replays
from telecine.subscriptions.tables import ReplayRow
from telecine.subscriptions.telling import Told, owed_of
from telecine.subscriptions.wanting import wants

log = structlog.get_logger()

#: Webhooks of one endpoint that may wait to be sent again; more are not asked for.
MOST_WAITING = 200
#: Facts, and deliveries, that are read together.
_FACTS, _DELIVERIES = 100, 50
#: Seconds between two looks for work, and after a step that went well.
_LOOK, _BREATH = 0.2, 0.01


@dataclass(frozen=True)
class Page:
    """What a step has found, how many it has asked for, which are yet to be, and where it goes on."""

    cursor: Cursor
    found: int
    requested: int = 0
    pending: tuple[str, ...] = ()


class Replaying:
    """Moves on every replay that runs, in turns; done by the copy that leads."""

    def __init__(
        self,
        bus: Bus,
        *,
        replays: Replays,
        audience: Audience,
        clock: VirtualClock,
        lease: Lease,
        fidelity: Fidelity,
    ) -> None:
        self._bus = bus
        self._replays = replays
        self._audience = audience
        self._clock = clock
        self._lease = lease
        self._fidelity = fidelity
        self._logs = [EventLog(bus, kind) for kind in LOGS]
        self._endpoints = EventLog(bus, ENDPOINT)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the block lasts."""
        async with alongside("replays", self._run()):
            yield

    async def _run(self) -> None:
        while True:
            moved = False
            try:
                for row in await self._replays.running():
                    moved |= await self._try(row)
            except Exception as error:  # noqa: BLE001 - it is logged, and tried again
                _waits(error)
            await asyncio.sleep(_BREATH if moved else _LOOK)

    async def _try(self, row: ReplayRow) -> bool:
        """Make a step of one; one that cannot go on now holds up no other."""
        try:
            return await self._step(row)
        except Exception as error:  # noqa: BLE001 - it is logged, and tried again
            _waits(error, replay_id=row.id)
            return False

    async def _step(self, row: ReplayRow) -> bool:
        """Read one page of one replay and ask for what it has. False: there was nothing to do now."""
        waiting_there, cursor = await self._waiting(row), parse(row.cursor)
        waiting = min(waiting_there, row.waiting)  # others' for the same endpoint wait there too
        pending = tuple(json.loads(row.pending))
        read_all = cursor.is_at_end and not pending
        if read_all and not waiting:
            return await self._move(row, state="done", waiting=0)
        listener = await self._listener(row)
        if listener is None and await self._is_deleted(row):
            return await self._move(row, state="cancelled", why="endpoint_deleted")
        if read_all or waiting_there >= MOST_WAITING or listener is None:
            if waiting != row.waiting:
                await self._move(row, waiting=waiting)
            return False
        page = await self._page(row, cursor, pending, listener)
        return await self._move(
            row,
            cursor=page.cursor.text,
            pending=json.dumps(page.pending),
            found=row.found + page.found,
            requested=row.requested + page.requested,
            waiting=waiting + page.requested,
        )

    async def _move(self, row: ReplayRow, **changes: object) -> bool:
        return await self._replays.move(row.id, self._clock.now(), **changes)

    async def _waiting(self, row: ReplayRow) -> int:
        """Answer how much of its endpoint's waits to be sent again in bulk, whoever asked for it: what was
        asked for and is not on record yet, and then what is."""
        subject = f"delivery.replay.{row.org}.{row.endpoint_id}"
        try:
            info = await self._bus.js.stream_info("DELIVERIES", subjects_filter=subject)
        except (NatsError, TimeoutError) as error:
            raise Unavailable(f"NATS did not answer for {subject}: {error}") from error
        asked = (info.state.subjects or {}).get(subject, 0)
        again = await call(self._bus, CountAgain(org=row.org, endpoint_id=row.endpoint_id))
        return asked + again.in_bulk

    async def _listener(self, row: ReplayRow) -> Listener | None:
        """Answer the endpoint as it is now. One that is switched off is waited for."""
        everybody = (await self._audience.of(row.org)).everybody
        return next((each for each in everybody if each[0].profile.id == row.endpoint_id), None)

    async def _is_deleted(self, row: ReplayRow) -> bool:
        loaded = await self._endpoints.load(row.org, row.endpoint_id)
        return isinstance(loaded.state, Deleted)

    async def _page(
        self, row: ReplayRow, cursor: Cursor, pending: tuple[str, ...], listener: Listener
    ) -> Page:
        if pending:
            taken = [await self._resend(row, each) for each in pending]
            return Page(cursor, 0, sum(taken))
        match cursor:
            case InLogs():
                return await self._events(row, cursor, listener)
            case InRecords():
                return await self._failures(row, cursor)
            case _:
                assert_never(cursor)

    async def _events(self, row: ReplayRow, cursor: InLogs, listener: Listener) -> Page:
        log = self._logs[cursor.log]
        filter_ = f"{log.kind.name}.*.{row.org}.*"
        facts = await log.page(filter_, after=cursor.after, limit=_FACTS)
        end = cursor.ends[cursor.log]
        types = tuple(json.loads(row.types))
        chosen = [
            fact
            for fact in facts
            if fact.sequence <= end
            and _is_within(row, fact.stamp.at)
            and (not types or wanted(types, fact.fact.type))
            and wants(listener[0], fact.fact.type, self._fidelity)
        ]
        if not self._lease.is_fresh:
            raise Unavailable("the lease of the fan-out is not ours for certain")
        messages = [await self._again(log, fact, listener, row) for fact in chosen]
        if messages:
            await self._bus.publish_all(messages)
        whole = len(facts) < _FACTS
        return Page(cursor.read(None if whole else facts[-1].sequence), len(chosen), len(messages))

    async def _again(
        self,
        log: EventLog[Any, Any],
        fact: Recorded[Any, Any],
        listener: Listener,
        row: ReplayRow,
    ) -> Outgoing:
        told = Told(fact, await log.state_after(fact))
        owed = replace(owed_of(told, listener, wall_now()), trigger="replay")
        # Not the delivery's own id: that may have been published a moment ago, and is to come again.
        return replace(outgoing(owed), message_id=f"{owed.delivery_id}-{row.id}")

    async def _failures(self, row: ReplayRow, cursor: InRecords) -> Page:
        query = ListDeliveries.model_validate(
            {
                "org": row.org,
                "endpoint_id": row.endpoint_id,
                "state": STATES[cursor.state],
                "cursor": cursor.cursor,
                "limit": _DELIVERIES,
            }
        )
        try:
            page = await call(self._bus, query)
        except Refusal as error:
            if cursor.cursor is None:
                raise
            log.warning("replay.begins_anew", replay_id=row.id, why=error.message)
            return Page(InRecords(cursor.state, None), 0)  # what was asked for is not sent twice
        chosen = [
            each.id
            for each in page.deliveries
            if _is_within(row, each.updated_at) and each.trigger != "test"
        ]
        return Page(cursor.read(page.cursor), len(chosen), pending=tuple(chosen))

    async def _resend(self, row: ReplayRow, delivery_id: str) -> bool:
        wish = ResendDelivery(
            org=row.org,
            request_id=row.id,
            correlation_id=row.correlation_id,
            request_key=row.id,
            delivery_id=delivery_id,
            in_bulk=True,
        )
        try:
            await call(self._bus, wish)
        except Refusal as error:
            if error.code == "conflict":  # its endpoint was switched off just now: wait for it
                raise Unavailable(error.message) from error
            log.info("replay.passed_over", delivery_id=delivery_id, why=error.message)
            return False
        return True


def _is_within(row: ReplayRow, at: datetime) -> bool:
    """Whether a moment is in the range of a replay. One that goes up to now has what happens now in it: the
    clock may stand still."""
    return row.since <= at < row.until or at == row.until == row.created_at


def _waits(error: Exception, **which: str) -> None:
    log.warning("replay.waits", error=repr(error), exc_info=surprise(error), **which)
