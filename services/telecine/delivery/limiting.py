"""Rate limits: who may be sent now is reserved in the endpoint's gate, which all workers share."""

from dataclasses import dataclass
from datetime import datetime

from telecine.delivery.gates import keep, locked
from telecine.delivery.limiter import take
from telecine.shared.tables.database import Database


@dataclass(frozen=True)
class Reserved:
    """So many may be sent now; the next ones from `free_at` (virtual) on."""

    granted: int
    free_at: datetime


async def reserve(
    database: Database,
    whose: tuple[str, str],
    rate: float,
    wanted: int,
    now: datetime,
    *,
    in_turn: bool = False,
) -> Reserved:
    """Reserve up to `wanted` attempts at an endpoint (org, id) for now, at `rate` a second.

    Who is not `in_turn` gets none while others wait there: their turn comes first.
    """
    async with database.writing() as connection:
        gate = (await locked(database, connection, [whose]))[whose[1]]
        if gate.due is not None and not in_turn:
            return Reserved(0, max(gate.due, now))
        taken = take(gate.arrival, now, rate, wanted)
        if taken.arrival != gate.arrival:  # or is what a lower rate has left, and counts for less
            await keep(connection, whose[1], arrival=taken.arrival)
    return Reserved(taken.granted, taken.free_at)
