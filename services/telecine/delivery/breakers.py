"""The breakers of endpoints on record, where the workers learn of each other's. SQL."""

from datetime import datetime

from telecine.delivery.breaker import CLOSED, Open
from telecine.delivery.gates import Armed, breaker_columns, breaker_of, hasten, keep, locked
from telecine.delivery.tables import GateRow
from telecine.shared.tables.database import Database


class Breakers:
    """Writes what a worker has heard of an endpoint (org, id)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def opened(self, whose: tuple[str, str], breaker: Open) -> Open:
        """Write that a breaker has opened; answer how it stands: another worker may have opened it."""
        async with self._database.writing() as connection:
            gate = (await locked(self._database, connection, [whose]))[whose[1]]
            known = breaker_of(gate)
            if isinstance(known, Open) and known.until >= breaker.until:
                return known
            await keep(connection, whose[1], **breaker_columns(breaker))
        return breaker

    async def closed(self, whose: tuple[str, str], now: datetime) -> list[Armed]:
        """Write that a breaker has closed; answer the timer to be set, so that what is parked there is
        fetched now and not only when it would have been. Whoever is draining it sees to the rest."""
        async with self._database.writing() as connection:
            gate = (await locked(self._database, connection, [whose]))[whose[1]]
            await keep(connection, whose[1], **breaker_columns(CLOSED))
            return await hasten(connection, gate, now)

    async def lifted(
        self, whose: tuple[str, str], now: datetime, *, renewed: bool
    ) -> list[Armed] | None:
        """Close the breaker, if its endpoint is `renewed`, and have what is parked there fetched now;
        answer the timer to be set. None: nothing is done, since the endpoint is being drained."""
        async with self._database.session() as session:
            if await session.get(GateRow, whose[1]) is None:
                return []  # nothing was ever held back
        async with self._database.writing() as connection:
            gate = (await locked(self._database, connection, [whose]))[whose[1]]
            if gate.draining:
                return None
            if renewed:
                await keep(connection, whose[1], **breaker_columns(CLOSED))
            return await hasten(connection, gate, now)
