"""Sweeping: now and then, what waits is held against what it waits for.

Nothing here is needed while everybody lives: it finds what a crash has left between two effects, what
an endpoint's change has made ready, and what has waited too long.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from telecine.delivery.breaker import CLOSED
from telecine.delivery.chains import lock_chains, release
from telecine.delivery.chores import every
from telecine.delivery.depot import Depot
from telecine.delivery.fetching import not_under_way
from telecine.delivery.gates import armed_of, breaker_columns
from telecine.delivery.standing import ENDED
from telecine.delivery.tables import DeliveryRow, GateRow
from telecine.shared.aggregates.endpoint import Active, Deleted
from telecine.shared.settings import Settings
from telecine.shared.tasks import alongside

log = structlog.get_logger()

#: Seconds (wall) between two sweeps, and rows that one statement of them touches.
_PERIOD = 10.0
_BATCH = 500


class Sweeping:
    """One copy sweeps at a time."""

    def __init__(self, settings: Settings, depot: Depot) -> None:
        self._most = settings.backlog
        self._longest = timedelta(hours=settings.backlog_hours)
        self._clock = depot.clock
        self._database = depot.database
        self._directory = depot.directory
        self._lot = depot.lot
        self._wishes = depot.wishes
        self._changed: set[tuple[str, str]] = set(depot.directory.endpoints())
        self._wake = asyncio.Event()
        depot.directory.on_change(self._note)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweep while the block lasts."""
        sweeping = every(
            _PERIOD,
            self._database,
            "sweeping",
            self._sweep,
            first=self._wake_changed,
            wake=self._wake,
        )
        async with alongside("sweeping", sweeping):
            yield

    def _note(self, org: str, endpoint_id: str) -> None:
        self._changed.add((org, endpoint_id))
        self._wake.set()

    async def _wake_changed(self) -> None:
        """What is parked at an endpoint that was switched on goes out, at one that was deleted ends."""
        while self._changed:
            whose = self._changed.pop()
            if isinstance(self._directory.known(whose[1], 0), Active | Deleted):
                await self._lot.wake(*whose, self._clock.now())

    async def _sweep(self) -> None:
        """Look once for everything."""
        now = self._clock.now()
        await self._discard_old(now)
        await self._discard_surplus(now)
        await self._free(now)
        await self._remind(now)
        await self._wake_forgotten(now)
        await self._close_forgotten()

    async def _discard_old(self, now: datetime) -> None:
        """Give up what was parked for too long; a live delivery's age is its event's."""
        before = now - self._longest
        old = [
            col(DeliveryRow.created_at) < before,
            or_(col(DeliveryRow.trigger) != "replay", col(DeliveryRow.updated_at) < before),
        ]
        for whose, _ in await self._parked(*old):
            await self._give_up(whose, "backlog_too_old", now, *old)
        if resends := await self._wishes.give_up_old(before):
            log.warning("resends.given_up", resends=resends, why="backlog_too_old")

    async def _discard_surplus(self, now: datetime) -> None:
        for whose, count in await self._parked(having=func.count() > self._most):
            await self._give_up(whose, "backlog_full", now, most=count - self._most)

    async def _parked(
        self, *among: ColumnElement[bool], having: ColumnElement[bool] | None = None
    ) -> list[tuple[tuple[str, str], int]]:
        """Answer endpoints (org, id) and how much is parked there."""
        org, endpoint_id = func.min(col(DeliveryRow.org)), col(DeliveryRow.endpoint_id)
        counted = (
            select(org, endpoint_id, func.count())
            .where(col(DeliveryRow.state) == "parked", *among)
            .group_by(endpoint_id)  # along the index of what is parked
        )
        if having is not None:
            counted = counted.having(having)
        async with self._database.session() as session:
            return [((row[0], row[1]), row[2]) for row in await session.execute(counted)]

    async def _give_up(
        self,
        whose: tuple[str, str],
        why: str,
        now: datetime,
        *among: ColumnElement[bool],
        most: int | None = None,
    ) -> None:
        """Give up the oldest that are parked at an endpoint and not under way, `most` of them or all."""
        idle = (
            select(col(DeliveryRow.id))
            .where(
                col(DeliveryRow.endpoint_id) == whose[1],
                col(DeliveryRow.state) == "parked",
                not_under_way(whose[1]),
                *among,
            )
            .order_by(col(DeliveryRow.created_at), col(DeliveryRow.id))
        )
        left = most
        while left is None or left > 0:
            ids = await self._ids(idle.limit(_BATCH if left is None else min(left, _BATCH)))
            gone = await self._lot.discard(ids, why, now, idle_at=whose) if ids else 0
            if not gone:
                break
            left = None if left is None else left - gone

    async def _free(self, now: datetime) -> None:
        """Release who waits for a delivery that has ended, or in an endpoint that wants no order."""
        before = aliased(DeliveryRow)
        ended = (
            select(col(before.id))
            .join(DeliveryRow, col(DeliveryRow.predecessor) == col(before.id))
            .where(
                col(DeliveryRow.state) == "parked",
                col(DeliveryRow.reason) == "ordering",
                col(before.state).in_(ENDED),
            )
            .limit(_BATCH)
        )
        ids = await self._ids(ended) + await self._out_of_order()
        if not ids:
            return
        async with self._database.writing() as connection:
            await lock_chains(self._database, connection, ids)
            armed = await release(self._database, connection, ids, now)
        await self._lot.set_timers(armed)

    async def _out_of_order(self) -> list[str]:
        """Answer predecessors that nobody has to wait for: their endpoint asks for no order any more."""
        behind = [col(DeliveryRow.state) == "parked", col(DeliveryRow.reason) == "ordering"]
        whose = select(col(DeliveryRow.endpoint_id)).where(*behind).distinct()
        unordered = [
            endpoint_id
            for endpoint_id in await self._ids(whose)
            if (known := self._directory.known(endpoint_id, 0))
            and known.profile.subscription.settings.ordering == "none"
        ]
        if not unordered:
            return []
        of_these = (*behind, col(DeliveryRow.endpoint_id).in_(unordered))
        return await self._ids(select(col(DeliveryRow.predecessor)).where(*of_these).limit(_BATCH))

    async def _remind(self, now: datetime) -> None:
        """Set the timers once more that should have fired: who set them in the table may have died."""
        late: Any = (
            select(GateRow)
            .where(col(GateRow.due) <= now, col(GateRow.draining).is_(False))
            .limit(_BATCH)
        )
        async with self._database.session() as session:
            gates = (await session.scalars(late)).all()
        await self._lot.set_timers(armed_of(gate) for gate in gates)

    async def _wake_forgotten(self, now: datetime) -> None:
        """See to endpoints that take webhooks, and have some parked that no timer will fetch."""
        gate: Any = select(col(GateRow.endpoint_id)).where(col(GateRow.due).is_not(None))
        forgotten = [
            col(DeliveryRow.reason) != "ordering",
            col(DeliveryRow.endpoint_id).not_in(gate),
        ]
        parked = [whose for whose, _ in await self._parked(*forgotten)]
        for whose in dict.fromkeys([*parked, *await self._wishes.endpoints()]):
            if isinstance(self._directory.known(whose[1], 0), Active | Deleted):
                await self._lot.wake(*whose, now)

    async def _close_forgotten(self) -> None:
        """Close the breakers of endpoints that were deleted: nothing is heard there that would."""
        opened = select(col(GateRow.endpoint_id)).where(col(GateRow.open_until).is_not(None))
        gone = [
            endpoint_id
            for endpoint_id in await self._ids(opened)
            if isinstance(self._directory.known(endpoint_id, 0), Deleted)
        ]
        if not gone:
            return
        async with self._database.writing() as connection:
            await connection.execute(
                update(GateRow)
                .where(col(GateRow.endpoint_id).in_(gone[:_BATCH]))
                .values(**breaker_columns(CLOSED))
            )

    async def _ids(self, statement: Any) -> list[str]:
        async with self._database.session() as session:
            return list((await session.scalars(statement)).all())
