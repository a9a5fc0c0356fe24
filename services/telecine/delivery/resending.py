"""Resending: one more attempt of what is on record because somebody asked for it, and no retry after it.

The wish waits under its endpoint's gate (wishes.py) until the attempt is on record and followed up, so
a crash repeats the attempt at worst. The same wish may be at two workers after a kill of NATS: both
send, and one of the two attempts counts.
"""

from functools import partial

import structlog

from telecine.delivery.decider import Postponed, Resent, State, Succeeded, evolve
from telecine.delivery.depot import Depot
from telecine.delivery.job import Job, release
from telecine.delivery.publishing import Publishing, Told, Waiting
from telecine.delivery.recorder import not_recorded, write_once
from telecine.delivery.rows import AttemptValues
from telecine.delivery.standing import state_of
from telecine.delivery.trying import Tried
from telecine.delivery.wishes import Wish
from telecine.shared.errors import surprise
from telecine.shared.observing.logging import correlation
from telecine.shared.sending.owed import Owed
from telecine.shared.tasks import Crew, insist
from telecine.shared.time.timers import cancel_timer

log = structlog.get_logger()


class Resending:
    """Puts attempts that were wished for on record, publishes what follows, and forgets the wishes."""

    def __init__(self, depot: Depot) -> None:
        self._bus = depot.bus
        self._records = depot.records
        self._lot = depot.lot
        self._wishes = depot.wishes
        self._publishing = Publishing(depot.bus)
        self._crew = Crew("resend's record")

    async def stop(self) -> None:
        """End what is under way: who drains the endpoint has waited for it."""
        await self._crew.stop()

    async def is_made(self, job: Job, wish: Wish) -> bool:
        """Whether a wish's attempt is on record: then what follows from that is seen to once more."""
        made = await self._records.caused_by(job.delivery_id, wish.id)
        if made:
            state = state_of(await self._records.get(job.delivery_id))
            await self._follow(job, wish, state, made)
        return made is not None

    def put(self, job: Job, wish: Wish, tried: Tried) -> None:
        """Take an attempt that was wished for and has ended."""
        self._crew.spawn(self._record(job, wish, tried))

    async def _record(self, job: Job, wish: Wish, tried: Tried) -> None:
        """Put it on record under the next number, however long the database is away.

        Whoever took that number meanwhile leaves it another; if it is of the same wish, this is a repeat
        of it.
        """
        with correlation(wish.correlation_id, delivery_id=wish.delivery_id):
            state = job.state
            while True:
                after = evolve(state, Resent(state.next, tried.outcome.success), "none")
                entry = tried.entry(after, wish.trigger, cause=wish.id, repeat=False, ordered=True)
                write = partial(write_once, self._records, self._lot, entry)
                written = await insist(write, partial(not_recorded, 1))
                if written.won[0] and entry.attempt:
                    break
                made = await self._records.caused_by(wish.delivery_id, wish.id)
                state = state_of(await self._records.get(wish.delivery_id))
                if made:
                    log.info("attempt.repeated", number=made.number)
                    await self._follow(job, wish, state, made)
                    return
            _say(tried, state, after)
            await self._lot.set_timers(written.armed)
            await self._follow(job, wish, after, entry.attempt)

    async def _follow(self, job: Job, wish: Wish, state: State, made: AttemptValues) -> None:
        """Do what follows from an attempt on record, however long somebody is away for it."""
        await insist(partial(self._tell, job.owed, state, made), _not_followed)
        await insist(partial(self._wishes.done, wish.id), _not_followed)
        release([job])

    async def _tell(self, owed: Owed, state: State, made: AttemptValues) -> None:
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


def _not_followed(error: Exception) -> None:
    log.warning("resend.not_followed", error=repr(error), exc_info=surprise(error))


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
