"""The delivery worker: attempt, record, publish what follows, acknowledge; in this order.

A crash between any two of these repeats an attempt at worst, and never forks a chain of retries.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from nats.aio.msg import Msg

from telecine.delivery.attempt import delivery_row
from telecine.delivery.decider import (
    Advice,
    Arrived,
    Attempted,
    Discard,
    State,
    evolve,
    guard,
    needs_record,
)
from telecine.delivery.directory import Directory
from telecine.delivery.outcome import Outcome
from telecine.delivery.publishing import Publishing
from telecine.delivery.records import Entry, Records, owed_of, state_of
from telecine.delivery.schedule import Profile as ScheduleName
from telecine.delivery.trying import Trying
from telecine.shared.bus import Bus
from telecine.shared.endpoint import Active, Deleted, Known
from telecine.shared.logging import correlation
from telecine.shared.owed import Owed, parse_owed
from telecine.shared.timers import parse_fired
from telecine.shared.virtual_time import VirtualClock

log = structlog.get_logger()


class Worker:
    """Handles what is owed and what is due again; idempotent by (delivery, attempt number)."""

    def __init__(
        self,
        bus: Bus,
        clock: VirtualClock,
        *,
        trying: Trying,
        records: Records,
        directory: Directory,
        schedule: ScheduleName,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._trying = trying
        self._records = records
        self._directory = directory
        self._publishing = Publishing(bus)
        self._schedule = schedule

    async def requested(self, message: Msg) -> None:
        """Make the first attempt of what is owed."""
        owed = parse_owed(message.subject, message.headers or {}, message.data)
        with correlation(owed.correlation_id, delivery_id=owed.delivery_id):
            await self._handle(message, owed.delivery_id, 1, owed, max(self._clock.now(), owed.at))

    async def due(self, message: Msg) -> None:
        """Make the attempt whose time has come; the timer's due time is now."""
        fired = parse_fired(message)
        with correlation(fired.payload["correlation"], delivery_id=fired.key):
            await self._handle(message, fired.key, fired.generation, None, fired.due)

    async def _handle(
        self, message: Msg, delivery_id: str, number: int, owed: Owed | None, now: datetime
    ) -> None:
        arrived = Arrived(number, self._bus.redelivered(message))
        row = await self._records.get(delivery_id) if needs_record(arrived) else None
        owed = owed_of(row) if row else owed
        if owed is None:
            log.error("delivery.unknown", delivery_id=delivery_id, number=number)
            await self._bus.ack(message)
            return
        state = state_of(row)
        if guard(state, arrived) != Advice.TRY:
            await self._follow_up(owed, state, arrived)
        elif not await self._deliver(owed, state, number, now):
            # Lost a race. The winner may die before it has published what follows, and once this
            # message is acknowledged nobody else would.
            on_record = state_of(await self._records.get(delivery_id))
            await self._follow_up(owed, on_record, Arrived(number, redelivered=True))
        await self._bus.ack(message)

    async def _follow_up(self, owed: Owed, state: State, arrived: Arrived) -> None:
        """See that what follows from an attempt on record is published; there is no HTTP here."""
        if guard(state, arrived) == Advice.REPUBLISH:
            made = await self._records.attempt(owed.delivery_id, arrived.number)
            await self._publishing.outcome(owed, state, made)
        elif earlier := await self._before_resends(owed, state, arrived):
            await self._publishing.on_record(owed, state, earlier)
        else:
            log.info("delivery.dropped", number=arrived.number, state=state.kind)

    async def _before_resends(
        self, owed: Owed, state: State, arrived: Arrived
    ) -> Mapping[str, Any] | None:
        """Answer the attempt of a message that was cut short, if only resends came after it.

        They moved the delivery on from under it, so the guard does not know it for the last one.
        """
        if not (arrived.redelivered and arrived.number < state.next - 1):
            return None
        last = await self._records.last_of_chain(owed.delivery_id)
        return last if last and last["number"] == arrived.number else None

    async def _deliver(self, owed: Owed, state: State, number: int, now: datetime) -> bool:
        """Make the attempt. False: another worker's is on record for this number."""
        endpoint = await self._directory.find(owed.endpoint_id, owed.endpoint_sequence)
        if not isinstance(endpoint, Active):
            return await self._discard(owed, state, endpoint, now)
        self._records.expect_writable()
        tried = await self._trying.send(owed, endpoint.profile, now)
        outcome = tried.outcome
        command = Attempted(number, outcome.success, tried.ended_at)
        after = evolve(state, command, self._schedule)
        entry = tried.entry(after, "first" if number == 1 else "retry")
        won = await self._records.put(entry)
        _say(owed, number, outcome, after)
        if won and entry.attempt:
            await self._publishing.outcome(owed, after, entry.attempt)
        return won

    async def _discard(self, owed: Owed, state: State, endpoint: Known, now: datetime) -> bool:
        why = "endpoint_deleted" if isinstance(endpoint, Deleted) else "endpoint_inactive"
        after = evolve(state, Discard(why), self._schedule)
        won = await self._records.put(Entry(delivery_row(owed, after, now, None), None))
        if won:
            log.info("delivery.discarded", why=why, endpoint_id=owed.endpoint_id)
        return won


def _say(owed: Owed, number: int, outcome: Outcome, after: State) -> None:
    log.info(
        "attempt.succeeded" if outcome.success else "attempt.failed",
        endpoint_id=owed.endpoint_id,
        type=owed.event_type,
        number=number,
        status=outcome.status,
        error=outcome.error,
        state=after.kind,
    )
