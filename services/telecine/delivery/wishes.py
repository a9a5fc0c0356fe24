"""Wishes for one more attempt of what is on record: they wait under their endpoints' gates. SQL.

A wish is known by its id, which stands on record with its attempt: however often it is had, it is done
once. It waits until that attempt is on record and followed up.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import col

from telecine.delivery.breaker import Open, lets_through
from telecine.delivery.gates import Armed, arm, breaker_of, locked
from telecine.delivery.parking import ParkingLot
from telecine.delivery.tables import ResendRow
from telecine.shared.tables.database import Database


@dataclass(frozen=True, slots=True)
class Wish:
    """One more attempt. `endpoint_sequence` is the endpoint's last fact when it was asked for; `in_bulk`:
    with many others, so that it waits behind what its endpoint is owed anyway."""

    id: str
    org: str
    endpoint_id: str
    delivery_id: str
    trigger: Literal["resend", "replay"]
    in_bulk: bool
    endpoint_sequence: int
    correlation_id: str

    @property
    def whose(self) -> tuple[str, str]:
        """The organisation and the endpoint."""
        return self.org, self.endpoint_id


class Wishes:
    """The table of them."""

    def __init__(self, database: Database, lot: ParkingLot) -> None:
        self._database = database
        self._lot = lot

    async def add(self, wish: Wish, now: datetime) -> None:
        """Let a wish wait; returns when that is committed and its endpoint's timer is set."""
        armed, new = await self._add(wish, now)
        await self._lot.set_timers(armed)
        if not new:
            await self._lot.remind(wish.endpoint_id)  # who added it may not have lived to

    async def _add(self, wish: Wish, now: datetime) -> tuple[list[Armed], bool]:
        row = {name: getattr(wish, name) for name in Wish.__slots__} | {"asked_at": now}
        insert = self._database.insert(ResendRow).on_conflict_do_nothing(index_elements=["id"])
        async with self._database.writing() as connection:
            gates = await locked(self._database, connection, [wish.whose])
            new = bool((await connection.execute(insert, row)).rowcount)
            through = _goes_through(wish, gates[wish.endpoint_id])
            return await arm(connection, gates.values(), now, anew=through), new

    async def next(
        self, endpoint_id: str, most: int, besides: Collection[str] = ()
    ) -> Sequence[Wish]:
        """Answer who comes next at an endpoint: by hand, then in bulk, the oldest first. Not of deliveries
        `besides` which they are."""
        if most <= 0:
            return []
        at = col(ResendRow.endpoint_id) == endpoint_id
        rows = (
            select(ResendRow)
            .where(at, col(ResendRow.delivery_id).not_in(list(besides)))
            .order_by(col(ResendRow.in_bulk), col(ResendRow.asked_at), col(ResendRow.id))
            .limit(most)
        )
        async with self._database.session() as session:
            found = (await session.scalars(rows)).all()
        return [Wish(**{name: getattr(row, name) for name in Wish.__slots__}) for row in found]

    async def count(self, org: str, endpoint_id: str) -> dict[bool, int]:
        """Answer how many wait at an endpoint of an organisation, by whether they are in bulk."""
        counted = (
            select(col(ResendRow.in_bulk), func.count())
            .where(col(ResendRow.endpoint_id) == endpoint_id, col(ResendRow.org) == org)
            .group_by(col(ResendRow.in_bulk))
        )
        async with self._database.session() as session:
            found = {row[0]: row[1] for row in await session.execute(counted)}
        return {in_bulk: found.get(in_bulk, 0) for in_bulk in (False, True)}

    async def done(self, *ids: str) -> None:
        """Forget wishes that have come true, or that nobody can fulfil."""
        await self._forget(col(ResendRow.id).in_(ids))

    async def give_up(self, org: str, endpoint_id: str, before: datetime | None = None) -> int:
        """Forget what waits at an endpoint of an organisation, or of that what was asked for before a
        virtual moment; answer how many that were."""
        among = [col(ResendRow.endpoint_id) == endpoint_id, col(ResendRow.org) == org]
        return await self._forget(*among, *([col(ResendRow.asked_at) < before] if before else []))

    async def give_up_old(self, before: datetime) -> int:
        """Forget what was asked for before a virtual moment, wherever; answer how many that were."""
        return await self._forget(col(ResendRow.asked_at) < before)

    async def endpoints(self) -> list[tuple[str, str]]:
        """Answer where any wait: (org, endpoint)."""
        some = select(col(ResendRow.org), col(ResendRow.endpoint_id)).distinct()
        async with self._database.session() as session:
            return [(row[0], row[1]) for row in await session.execute(some)]

    async def _forget(self, *which: ColumnElement[bool]) -> int:
        forgotten: Any = delete(ResendRow).where(*which)
        async with self._database.writing() as connection:
            return int((await connection.execute(forgotten)).rowcount)


def _goes_through(wish: Wish, gate: Any) -> bool:
    """Whether a wish is worth an earlier timer than the one that is set."""
    breaker = breaker_of(gate)
    opens = isinstance(breaker, Open) and lets_through(breaker)
    return opens and not wish.in_bulk and not gate.draining
