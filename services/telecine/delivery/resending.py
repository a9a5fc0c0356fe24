"""Resending: one more attempt of a delivery because somebody asked for it, and no retry after it; and
replaying, which is the same for a range of events, also of those that were never sent.

The wish waits in the work queue (desk.py), so a crash repeats the attempt at worst. The same wish may be
at two workers after a kill of NATS: both send, and one of the two attempts counts.
"""

from functools import partial

import structlog
from nats.aio.msg import Msg

from telecine.delivery.attempt import Trigger
from telecine.delivery.decider import Postponed, Resent, State, Succeeded, evolve
from telecine.delivery.depot import Depot
from telecine.delivery.desk import Wish, parse_wish
from telecine.delivery.publishing import Publishing, Told, Waiting
from telecine.delivery.recorder import not_recorded, write_once
from telecine.delivery.rows import AttemptValues
from telecine.delivery.standing import ENDED, owed_of, state_of
from telecine.delivery.tables import DeliveryRow
from telecine.delivery.trying import Tried
from telecine.delivery.worker import Worker
from telecine.shared.aggregates.endpoint import Active
from telecine.shared.ids import hex_of
from telecine.shared.observing.logging import correlation
from telecine.shared.sending.owed import Owed, read_owed
from telecine.shared.tasks import insist
from telecine.shared.time.timers import cancel_timer

log = structlog.get_logger()


class Resends:
    """Makes the attempts that were wished for: attempt, record, publish what follows, acknowledge."""

    def __init__(self, depot: Depot, worker: Worker) -> None:
        self._bus = depot.bus
        self._clock = depot.clock
        self._trying = depot.trying
        self._records = depot.records
        self._directory = depot.directory
        self._lot = depot.lot
        self._worker = worker
        self._publishing = Publishing(depot.bus)

    async def take(self, message: Msg) -> None:
        """Make a resend, unless its attempt is on record: then see to what follows from that."""
        if is_replay(message):
            await self._replay(message)
        else:
            wish = parse_wish(message)
            with correlation(wish.correlation_id, delivery_id=wish.delivery_id):
                row = await self._records.get(wish.delivery_id)
                if row is None:
                    log.error("resend.unknown")
                else:
                    await self._once(wish, row, "resend")
        await self._bus.ack(message)

    async def _replay(self, message: Msg) -> None:
        """Send an event of a range again: as it would have been sent then, if it never was."""
        owed = read_owed(message)
        with correlation(owed.correlation_id, delivery_id=owed.delivery_id):
            row = await self._records.get(owed.delivery_id)
            if row is None:
                await self._worker.make(owed)
            elif row.state not in ENDED:
                await self._worker.see_to(
                    row
                )  # it goes out anyway; who began may not have lived on
            else:
                key = hex_of(owed.delivery_id, "replay", (message.headers or {})["Nats-Msg-Id"])
                wish = Wish(
                    key,
                    owed.org,
                    owed.endpoint_id,
                    owed.delivery_id,
                    owed.endpoint_sequence,
                    owed.correlation_id,
                )
                await self._once(wish, row, "replay")

    async def _once(self, wish: Wish, row: DeliveryRow, trigger: Trigger) -> None:
        made = await self._records.caused_by(row.id, wish.id)
        if made:
            await self._follow(owed_of(row), state_of(row), made)
        else:
            await self._send(wish, row, trigger)

    async def _send(self, wish: Wish, row: DeliveryRow, trigger: Trigger) -> None:
        endpoint = await self._directory.find(wish.endpoint_id, wish.endpoint_sequence)
        if not isinstance(endpoint, Active):
            log.warning("resend.dropped", why=f"its endpoint is {endpoint.kind} by now")
            return
        now = max(self._clock.now(), row.updated_at)
        self._records.expect_writable()
        tried = await self._trying.send(owed_of(row), endpoint.profile, now)
        await self._record(wish, tried, state_of(row), trigger)

    async def _record(self, wish: Wish, tried: Tried, state: State, trigger: Trigger) -> None:
        """Put it on record under the next number, however long the database is away.

        Whoever took that number meanwhile leaves it another; if it is of the same wish, this is a repeat
        of it.
        """
        while True:
            after = evolve(state, Resent(state.next, tried.outcome.success), "none")
            entry = tried.entry(after, trigger, cause=wish.id, repeat=False, ordered=True)
            write = partial(write_once, self._records, self._lot, entry)
            written = await insist(write, partial(not_recorded, 1))
            if written.won[0] and entry.attempt:
                break
            made = await self._records.caused_by(wish.delivery_id, wish.id)
            state = state_of(await self._records.get(wish.delivery_id))
            if made:
                log.info("attempt.repeated", number=made.number)
                await self._follow(tried.owed, state, made)
                return
        _say(tried, state, after)
        await self._lot.set_timers(written.armed)
        await self._follow(tried.owed, after, entry.attempt)

    async def _follow(self, owed: Owed, state: State, made: AttemptValues) -> None:
        """Tell of a resend, then see to the timer of who waits.

        It moves the timer on to the number that comes next; its due time stays. Nobody waits behind a
        success, so a timer that was set before is cancelled.
        """
        await self._publishing.tell([Told(owed, made, owed.endpoint_sequence)])
        if isinstance(state, Postponed):
            await self._publishing.set_timers([Waiting(owed, state)])
        elif isinstance(state, Succeeded):
            await cancel_timer(self._bus, "delivery", owed.delivery_id, state.next)
            await self._lot.remind(owed.endpoint_id)


def is_replay(message: Msg) -> bool:
    """Whether a message carries what is owed, and not only the wish to send it again."""
    return "telecine-delivery" not in (message.headers or {})


def _say(tried: Tried, before: State, after: State) -> None:
    log.info(
        "attempt.resent",
        endpoint_id=tried.owed.endpoint_id,
        type=tried.owed.event_type,
        number=before.next,
        status=tried.outcome.status,
        error=tried.outcome.error,
        state=after.kind,
        was=before.kind,
    )
