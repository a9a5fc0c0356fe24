"""Fetching: what is parked at an endpoint that is drained, oldest first, and the endpoint's gate. SQL.

An endpoint is said with its organisation: (org, id).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, update
from sqlmodel import col

from telecine.delivery.breaker import Breaker, Open, lets_through
from telecine.delivery.gates import Armed, arm, breaker_columns, breaker_of, keep, locked
from telecine.delivery.tables import DeliveryRow, GateRow, ResendRow
from telecine.shared.tables.database import Database

#: More than a drain has fetched and not yet on record, so that what is parked late may be among it.
_FETCHED = 128


class Fetching:
    """Reads what is fetched when an endpoint's timer fires, and keeps how far that has come."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claimed(self, endpoint_id: str, generation: int, *, anew: bool) -> Any:
        """Answer the gate if this firing has the right to drain; of two firings of one generation the
        first has, until it is `anew` since who had it may have died."""
        async with self._database.writing() as connection:
            known = select(col(GateRow.org)).where(col(GateRow.endpoint_id) == endpoint_id)
            org = await connection.scalar(known)
            if org is None:
                return None
            gate = (await locked(self._database, connection, [(org, endpoint_id)]))[endpoint_id]
            stale = gate.due is None or gate.generation != generation
            if stale or (gate.draining and not anew):
                return None
            await keep(connection, endpoint_id, draining=True)
        return gate

    async def moved_since(
        self, whose: tuple[str, str], since: datetime, most: int
    ) -> Sequence[DeliveryRow]:
        """Answer what is not parked and was touched since a virtual moment, newest first."""
        org, endpoint_id = whose
        moved = (
            select(DeliveryRow)
            .where(
                col(DeliveryRow.org) == org,
                col(DeliveryRow.endpoint_id) == endpoint_id,
                col(DeliveryRow.state) != "parked",
                col(DeliveryRow.updated_at) >= since,
            )
            .order_by(col(DeliveryRow.updated_at).desc())
            .limit(most)
        )
        async with self._database.session() as session:
            return (await session.scalars(moved)).all()

    async def count(
        self, at: list[ColumnElement[bool]], most: int, besides: Collection[str] = ()
    ) -> int:
        """Answer how many wait somewhere `besides` some; at `most`, there may be more."""
        if most <= 0:
            return 0
        some = select(col(DeliveryRow.id)).where(*at, col(DeliveryRow.id).not_in(list(besides)))
        async with self._database.session() as session:
            count = select(func.count()).select_from(some.limit(most).subquery())
            return int((await session.scalar(count)) or 0)

    async def oldest(
        self, at: list[ColumnElement[bool]], most: int, besides: Collection[str] = ()
    ) -> Sequence[DeliveryRow]:
        """Answer the oldest that wait somewhere `besides` some."""
        if most <= 0:
            return []
        oldest = (
            select(DeliveryRow)
            .where(*at, col(DeliveryRow.id).not_in(list(besides)))
            .order_by(col(DeliveryRow.created_at), col(DeliveryRow.id))
            .limit(most)
        )
        async with self._database.session() as session:
            return (await session.scalars(oldest)).all()

    async def is_asked_by_hand(self, endpoint_id: str) -> bool:
        """Whether somebody waits there who asked by hand."""
        async with self._database.session() as session:
            return bool(await session.scalar(select(by_hand_at(endpoint_id))))

    async def rest(self, whose: tuple[str, str], now: datetime) -> list[Armed]:
        """Nothing waits any more: forget the timer, unless something has come in this moment."""
        endpoint_id = whose[1]
        async with self._database.writing() as connection:
            gate = (await locked(self._database, connection, [whose]))[endpoint_id]
            if await connection.scalar(select(anything_at(endpoint_id))):
                return await arm(connection, [gate], now, anew=True)
            await keep(connection, endpoint_id, due=None, draining=False)
        return []

    async def again_at(self, whose: tuple[str, str], due: datetime) -> list[Armed]:
        """Set the timer anew."""
        async with self._database.writing() as connection:
            gate = (await locked(self._database, connection, [whose]))[whose[1]]
            return await arm(connection, [gate], due, anew=True)

    async def again_behind(
        self, whose: tuple[str, str], breaker: Open, now: datetime
    ) -> list[Armed]:
        """Set the timer anew for when an open breaker lets somebody through: now, if it has been closed, or
        somebody has asked for that by hand."""
        async with self._database.writing() as connection:
            gate = (await locked(self._database, connection, [whose]))[whose[1]]
            through = not isinstance(breaker_of(gate), Open) or (
                lets_through(breaker) and await connection.scalar(select(by_hand_at(whose[1])))
            )
            return await arm(connection, [gate], now if through else breaker.until, anew=True)

    async def note(self, endpoint_id: str, breaker: Breaker) -> None:
        """Keep how the breaker stands."""
        async with self._database.writing() as connection:
            await keep(connection, endpoint_id, **breaker_columns(breaker))

    async def hold(self, whose: tuple[str, str]) -> None:
        """Let what is parked wait for the endpoint to be switched on, and forget the timer."""
        async with self._database.writing() as connection:
            await locked(self._database, connection, [whose])
            held: Any = update(DeliveryRow).where(*live_at(whose[1])).values(reason="disabled")
            await connection.execute(held)
            await keep(connection, whose[1], due=None, draining=False)


def fetched_at(endpoint_id: str) -> list[ColumnElement[bool]]:
    """Answer what an endpoint's timer fetches: all that is parked, but not what waits in a chain."""
    return [
        col(DeliveryRow.endpoint_id) == endpoint_id,
        col(DeliveryRow.state) == "parked",
        col(DeliveryRow.reason) != "ordering",
    ]


def live_at(endpoint_id: str) -> list[ColumnElement[bool]]:
    """Answer that of it which goes first."""
    return [*fetched_at(endpoint_id), col(DeliveryRow.reason) != "replay"]


def replayed_at(endpoint_id: str) -> list[ColumnElement[bool]]:
    """Answer that of it which a replay has brought: it waits behind all that is live."""
    return [
        col(DeliveryRow.endpoint_id) == endpoint_id,
        col(DeliveryRow.state) == "parked",
        col(DeliveryRow.reason) == "replay",
    ]


def by_hand_at(endpoint_id: str) -> ColumnElement[bool]:
    """Whether a resend waits at an endpoint that was asked for by hand."""
    at = col(ResendRow.endpoint_id) == endpoint_id
    return _any(ResendRow, [at, col(ResendRow.in_bulk).is_(False)])


def anything_at(endpoint_id: str) -> ColumnElement[bool]:
    """Whether an endpoint's timer would fetch anything."""
    resends = _any(ResendRow, [col(ResendRow.endpoint_id) == endpoint_id])
    return or_(_any(DeliveryRow, fetched_at(endpoint_id)), resends)


def not_under_way(endpoint_id: str) -> ColumnElement[bool]:
    """Answer the condition of what nobody who drains the endpoint may have fetched: where it is being
    drained, all but the oldest. (What is fetched stays parked until its attempt is on record.)"""
    drained = select(col(GateRow.endpoint_id)).where(
        col(GateRow.endpoint_id) == endpoint_id, col(GateRow.draining)
    )
    id_ = col(DeliveryRow.id)
    idle = [id_.not_in(_oldest(at)) for at in (live_at(endpoint_id), replayed_at(endpoint_id))]
    return or_(not_(exists(drained)), and_(*idle))


def _oldest(at: list[ColumnElement[bool]]) -> Any:
    among = select(col(DeliveryRow.id)).where(*at)
    oldest = among.order_by(col(DeliveryRow.created_at), col(DeliveryRow.id)).limit(_FETCHED)
    return select(oldest.subquery().c.id)


def _any(table: Any, conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return exists(select(table.id).where(*conditions))
