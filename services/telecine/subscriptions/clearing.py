"""Clearing: what nobody needs any more goes, a little at a time: links of old chains, replays that ended
long ago, and the secrets and the health of endpoints that were deleted.

A secret may be written for an endpoint that is deleted in the same moment. So it is looked for again and
again, and not only at the deletion.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import col

from telecine.shared.aggregates.endpoint import Deleted
from telecine.shared.tables.database import Database
from telecine.subscriptions.chains import AT_ONCE, Chains
from telecine.subscriptions.tables import EndpointRow, HealthRow, ReplayRow, SecretRow

#: Virtual time for which a chain remembers what was in it.
REMEMBERED = timedelta(days=30)


class Clearing:
    """Clears subscriptions' tables; any copy may, at any time. `keep`: virtual time for which a replay
    that has ended stays on record; None: for ever."""

    def __init__(self, database: Database, chains: Chains, keep: timedelta | None) -> None:
        self._database = database
        self._chains = chains
        self._keep = keep

    async def some(self, now: datetime) -> bool:
        """Clear some of everything by a virtual moment; answer whether there is more to clear."""
        cleared = [
            await self._chains.prune(now - REMEMBERED),
            await self._clear(col(SecretRow.key_id), _of_deleted(SecretRow)),
            await self._clear(col(HealthRow.endpoint_id), _of_deleted(HealthRow)),
        ]
        if self._keep:
            ended = _ended_before(now - self._keep)
            cleared.append(await self._clear(col(ReplayRow.place), ended))
        return max(cleared) >= AT_ONCE

    async def _clear(self, key: Any, wanted: Any) -> int:
        """Delete some rows of a table; `key`: the column that names each. Answers how many."""
        async with self._database.session() as session:
            found = (await session.scalars(select(key).where(wanted).limit(AT_ONCE))).all()
        if found:
            async with self._database.writing() as connection:
                await connection.execute(delete(key.class_).where(key.in_(found), wanted))
        return len(found)


def _ended_before(moment: datetime) -> Any:
    return (col(ReplayRow.state) != "running") & (col(ReplayRow.updated_at) < moment)


def _of_deleted(table: type[SecretRow] | type[HealthRow]) -> Any:
    deleted = select(col(EndpointRow.id)).where(col(EndpointRow.kind) == Deleted.kind)
    return col(table.endpoint_id).in_(deleted)
