"""Parking: what cannot be attempted now, and has no due time, becomes a state of its row. SQL.

In groups, since whatever drowns an endpoint parks many at once. What is parked by then has its
endpoint's timer set, or its predecessor under way, or waits for its endpoint to be switched on.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from telecine.delivery.attempt import delivery_row
from telecine.delivery.breaker import CLOSED, Breaker, Open
from telecine.delivery.bulk import park
from telecine.delivery.chains import lock_chains, release, states
from telecine.delivery.decider import Owed as NotBegun
from telecine.delivery.decider import Park, Parking, State, evolve
from telecine.delivery.fetching import anything_at, not_under_way
from telecine.delivery.gates import Armed, arm, armed_of, breaker_of, locked
from telecine.delivery.rows import DeliveryValues
from telecine.delivery.standing import ENDED
from telecine.delivery.tables import DeliveryRow, GateRow, MarkRow
from telecine.shared.errors import surprise
from telecine.shared.sending.owed import Owed
from telecine.shared.tables.database import Database
from telecine.shared.tasks import insist
from telecine.shared.time.timers import set_timer
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

#: The mark of retention: deliveries of before that moment may be gone.
RETENTION = "retention"
#: `parked`; `ready`: there was no reason any more; `lost`: it has moved on meanwhile.
Answer = Literal["parked", "ready", "lost"]
#: What is parked for these reasons is fetched when the endpoint's timer fires.
_FETCHED: tuple[Parking, ...] = ("breaker", "rate_limit", "in_flight", "replay")


@dataclass(frozen=True)
class Wish:
    """A delivery to be parked at a virtual moment, to be fetched from `due` on.

    `unless_closed`: only while the endpoint's breaker is open on record, which others may know better.
    """

    owed: Owed
    state: State
    reason: Parking
    now: datetime
    due: datetime
    unless_closed: bool = False


class ParkingLot:
    """Parks deliveries, and sets the timers that will fetch them. `parked` is told each reason."""

    def __init__(
        self, bus: Bus, database: Database, parked: Callable[[Parking], None] = lambda _: None
    ) -> None:
        self._bus = bus
        self._database = database
        self._parked = parked

    async def park(self, wishes: Sequence[Wish]) -> list[Answer]:
        """Park deliveries in one transaction; returns when that is committed and their endpoints' timers
        are set."""
        async with self._database.writing() as connection:
            behind = [w.owed.predecessor for w in wishes if w.reason == "ordering"]
            await lock_chains(self._database, connection, [p for p in behind if p])
            ended = await self._ended(connection, {p for p in behind if p})
            whose = {(w.owed.org, w.owed.endpoint_id) for w in wishes if w.reason in _FETCHED}
            gates = await locked(self._database, connection, whose)
            standing = [wish for wish in wishes if _stands(wish, ended, gates)]
            parked = await self._write(connection, standing)
            armed = await _arm(connection, gates, [w for w in standing if _id(w) in parked])
        await self.set_timers(armed)
        for wish in standing:
            if _id(wish) in parked:
                self._parked(wish.reason)
        kept = {_id(wish) for wish in standing}
        return [
            "ready" if _id(wish) not in kept else "parked" if _id(wish) in parked else "lost"
            for wish in wishes
        ]

    def counted(self, reason: Parking) -> None:
        """Count a delivery that was parked by the record of its attempt."""
        self._parked(reason)

    async def remind(self, endpoint_id: str) -> None:
        """Set an endpoint's timer once more, if one is to be set: who did may not have lived to."""
        async with self._database.session() as session:
            gate = await session.get(GateRow, endpoint_id)
        if gate and gate.due:
            await set_timer(self._bus, armed_of(gate).timer)

    async def breaker_of(self, endpoint_id: str) -> Breaker:
        """Answer an endpoint's breaker as it is on record."""
        async with self._database.session() as session:
            gate = await session.get(GateRow, endpoint_id)
        return breaker_of(gate) if gate else CLOSED

    async def wake(self, org: str, endpoint_id: str, now: datetime) -> None:
        """See that what is parked at an endpoint will be fetched, if anything is."""
        async with self._database.session() as session:
            if not await session.scalar(select(anything_at(endpoint_id))):
                return
        async with self._database.writing() as connection:
            gates = await locked(self._database, connection, [(org, endpoint_id)])
            armed = await arm(connection, gates.values(), now)
        await self.set_timers(armed)

    async def discard(
        self,
        delivery_ids: Collection[str],
        why: str,
        now: datetime,
        *,
        idle_at: tuple[str, str] | None = None,
    ) -> int:
        """Give up what is parked, on record; answer how many that were. `idle_at` an endpoint (org, id):
        nothing there that may be under way."""
        parked: list[ColumnElement[bool]] = [
            col(DeliveryRow.id).in_(delivery_ids),
            col(DeliveryRow.state) == "parked",
        ]
        if idle_at:
            parked.append(not_under_way(idle_at[1]))
        given_up: Any = (
            update(DeliveryRow)
            .where(*parked)
            .values(
                state="discarded",
                ended=why,
                next=col(DeliveryRow.next) + 1,
                reason=None,
                updated_at=now,
            )
            .returning(col(DeliveryRow.id))
        )
        async with self._database.writing() as connection:
            await lock_chains(self._database, connection, delivery_ids)
            if idle_at:
                await locked(
                    self._database, connection, [idle_at]
                )  # nobody begins to drain it now
            gone = list((await connection.execute(given_up)).scalars())
            armed = await release(self._database, connection, gone, now) if gone else []
        await self.set_timers(armed)
        if gone:
            log.warning("deliveries.discarded", deliveries=len(gone), why=why)
        return len(gone)

    async def set_timers(self, armed: Iterable[Armed]) -> None:
        """Set timers at the clock, however long NATS is away: on record they are set.

        Raises only when our connection has ended for good; whoever comes next sets them (`remind`).
        """
        waiting = list(armed)

        async def set_all() -> None:
            await asyncio.gather(*(set_timer(self._bus, each.timer) for each in waiting))

        def failed(error: Exception) -> None:
            if self._bus.is_closed:
                raise error
            log.warning("gate.timer_waits", error=repr(error), exc_info=surprise(error))

        if waiting:
            await insist(set_all, failed)

    async def _write(self, connection: AsyncConnection, wishes: list[Wish]) -> set[str]:
        parked: set[str] = set()
        async with self._database.driven(connection) as driver:
            for new in (True, False):
                rows = {_id(w): _row(w) for w in wishes if isinstance(w.state, NotBegun) is new}
                if rows:
                    parked |= await park(self._database, driver, [*rows.values()], new=new)
        return parked

    async def _ended(self, connection: AsyncConnection, predecessors: Collection[str]) -> set[str]:
        """Answer who of these has ended: on record, or so long ago that there is no record any more."""
        if not predecessors:
            return set()
        known = await states(connection, predecessors)
        missing = predecessors - known.keys()
        ended = {each for each, state in known.items() if state in ENDED}
        if missing:
            mark = select(col(MarkRow.at)).where(col(MarkRow.name) == RETENTION)
            kept_since = await connection.scalar(mark)
            ended |= {
                each for each in missing if kept_since and _born(each) <= kept_since.timestamp()
            }
        return ended


def _born(delivery_id: str) -> int:
    """Answer the Unix second of a delivery's event, which its id begins with."""
    try:
        return int(delivery_id[:8], 16)
    except ValueError:
        return 0


def _id(wish: Wish) -> str:
    return wish.owed.delivery_id


def _stands(wish: Wish, ended: set[str], gates: dict[str, Any]) -> bool:
    """Whether the reason for parking still stands, now that nobody can change it."""
    if wish.reason == "ordering":
        return wish.owed.predecessor not in ended
    if wish.unless_closed:
        return isinstance(breaker_of(gates[wish.owed.endpoint_id]), Open)
    return True


def _row(wish: Wish) -> DeliveryValues:
    after = evolve(wish.state, Park(wish.reason), "none")
    return delivery_row(wish.owed, after, wish.now, None)


async def _arm(
    connection: AsyncConnection, gates: dict[str, Any], parked: list[Wish]
) -> list[Armed]:
    dues: dict[str, datetime] = {}
    for wish in parked:
        if wish.reason in _FETCHED:
            endpoint_id = wish.owed.endpoint_id
            dues[endpoint_id] = min(wish.due, dues.get(endpoint_id, wish.due))
    armed: list[Armed] = []
    for endpoint_id, due in dues.items():
        armed += await arm(connection, [gates[endpoint_id]], due)
    return armed
