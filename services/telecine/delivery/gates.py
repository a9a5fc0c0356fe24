"""The gates of endpoints: what holds their deliveries back, and the one timer of each. SQL.

Whoever parks locks the endpoint's gate first, and whoever finds nothing parked any more locks it before
it looks for the last time. So no delivery is ever parked behind a gate whose timer nobody has set.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from telecine.delivery.breaker import CLOSED, Breaker, Open
from telecine.delivery.tables import GateRow
from telecine.shared.tables.database import Database
from telecine.shared.time.timers import Timer

#: Who the clock fires the timers of endpoints for: `due.gate.<endpoint>`.
SERVICE = "gate"


@dataclass(frozen=True)
class Armed:
    """An endpoint's timer that was set in the table and is to be set at the clock."""

    org: str
    endpoint_id: str
    generation: int
    due: datetime

    @property
    def timer(self) -> Timer:
        return Timer(
            service=SERVICE,
            key=self.endpoint_id,
            generation=self.generation,
            due=self.due,
            lane=f"gate:{self.endpoint_id}",
            payload={"org": self.org, "correlation": self.endpoint_id},
            timer_class="shared",
        )


def breaker_of(row: Any) -> Breaker:
    """Answer the breaker as its row has it."""
    if row.open_until is None:
        return CLOSED
    return Open(
        row.open_until, row.trips, "rate_limit" if row.reason == "rate_limit" else "breaker"
    )


def breaker_columns(breaker: Breaker) -> dict[str, Any]:
    """Answer the columns that say a breaker's state."""
    if isinstance(breaker, Open):
        return {
            "open_until": breaker.until,
            "trips": breaker.trips,
            "reason": breaker.reason,
        }
    return {"open_until": None, "trips": 0, "reason": None}


def armed_of(row: Any) -> Armed:
    return Armed(row.org, row.endpoint_id, row.generation, row.due)


async def locked(
    database: Database, connection: AsyncConnection, endpoints: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """Lock the gates of endpoints (org, id), making those that are missing; answer their rows."""
    wanted = sorted({endpoint_id: org for org, endpoint_id in endpoints}.items())
    if not wanted:
        return {}
    rows = [
        {"endpoint_id": endpoint_id, "org": org, "trips": 0, "generation": 0, "draining": False}
        for endpoint_id, org in wanted
    ]
    make = database.insert(GateRow).on_conflict_do_nothing(index_elements=["endpoint_id"])
    await connection.execute(make, rows)
    lock = (
        select(GateRow.__table__)  # type: ignore[attr-defined]  # SQLModel adds it at run time
        .where(col(GateRow.endpoint_id).in_([endpoint_id for endpoint_id, _ in wanted]))
        .order_by(col(GateRow.endpoint_id))
        .with_for_update()
    )
    return {row.endpoint_id: row for row in await connection.execute(lock)}


async def arm(
    connection: AsyncConnection, gates: Iterable[Any], due: datetime, *, anew: bool = False
) -> list[Armed]:
    """Set the timers of locked gates that have none; with `anew` of all of them. Answer what was set."""
    armed = [
        Armed(row.org, row.endpoint_id, row.generation + 1, due)
        for row in gates
        if anew or row.due is None
    ]
    for each in armed:
        await connection.execute(
            update(GateRow)
            .where(col(GateRow.endpoint_id) == each.endpoint_id)
            .values(generation=each.generation, due=each.due, draining=False)
        )
    return armed


async def hasten(connection: AsyncConnection, gate: Any, now: datetime) -> list[Armed]:
    """Set a locked gate's timer to now, if it has one that fires later; answer what was set. Whoever is
    draining it sees to the rest."""
    waits = gate.due is not None and gate.due > now and not gate.draining
    return await arm(connection, [gate], now, anew=True) if waits else []


async def keep(connection: AsyncConnection, endpoint_id: str, **columns: Any) -> None:
    """Change columns of a locked gate."""
    await connection.execute(
        update(GateRow).where(col(GateRow.endpoint_id) == endpoint_id).values(**columns)
    )
