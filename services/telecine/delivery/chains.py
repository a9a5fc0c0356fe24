"""Deliveries in order: who comes after whom, and who may go when one has ended. SQL.

A follower is parked under the lock of its predecessor's end, and the end is recorded under the same
lock: either the one finds the other ended, or the other finds the one parked. On SQLite the whole
transaction is that lock.
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from telecine.delivery.gates import Armed, arm, locked
from telecine.delivery.tables import DeliveryRow
from telecine.shared.tables.database import Database

_LOCK = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


async def lock_chains(
    database: Database, connection: AsyncConnection, delivery_ids: Iterable[str]
) -> None:
    """Take the locks of deliveries' ends until the transaction ends, all in the same order."""
    keys = sorted({_key(delivery_id) for delivery_id in delivery_ids})
    if keys and database.is_postgresql:
        await connection.execute(_LOCK, {"keys": keys})


async def states(connection: AsyncConnection, delivery_ids: Collection[str]) -> dict[str, str]:
    """Answer the states of those deliveries that are on record."""
    rows = select(col(DeliveryRow.id), col(DeliveryRow.state)).where(
        col(DeliveryRow.id).in_(delivery_ids)
    )
    return {row.id: row.state for row in await connection.execute(rows)}


async def release(
    database: Database, connection: AsyncConnection, ended: Collection[str], at: datetime
) -> list[Armed]:
    """Let those go that waited for the end of these: they are parked for a slot from now on.

    Answers the timers of endpoints that had none. `at` is virtual.
    """
    behind: Any = (
        update(DeliveryRow)
        .where(
            col(DeliveryRow.predecessor).in_(list(ended)),
            col(DeliveryRow.state) == "parked",
            col(DeliveryRow.reason) == "ordering",
        )
        .values(reason="in_flight", updated_at=at)
        .returning(col(DeliveryRow.org), col(DeliveryRow.endpoint_id))
    )
    freed = {(row.org, row.endpoint_id) for row in await connection.execute(behind)}
    gates = await locked(database, connection, freed)
    return await arm(connection, gates.values(), at)


def _key(delivery_id: str) -> int:
    digest = hashlib.blake2b(delivery_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
