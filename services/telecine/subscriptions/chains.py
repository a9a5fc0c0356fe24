"""The order of deliveries to endpoints that ask for it: each learns which one is before it in its chain.

Durable and idempotent: a delivery gets its place once, in one transaction with all that are owed
together, before any of them is published. So whoever matches the same fact again, after a crash or in
another copy, finds the same predecessors.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from telecine.shared.tables.database import Database
from telecine.subscriptions.reigns import Reign
from telecine.subscriptions.tables import LinkRow

#: Rows that one statement reads or deletes: SQLite takes no more than some thousands of values.
AT_ONCE = 500


@dataclass(frozen=True)
class Link:
    """A delivery, the chain that it stands in, and the virtual time of its event."""

    delivery_id: str
    chain: str
    at: datetime


class Chains:
    """The chains, written by the one who fans out: a late one's transaction is refused."""

    def __init__(self, database: Database, reign: Reign) -> None:
        self._database = database
        self._reign = reign

    async def link(self, links: Sequence[Link]) -> dict[str, str | None]:
        """Give each delivery its place, in this order; answer by delivery the one before it, if any.

        Raises Conflict if somebody else has begun since.
        """
        before: dict[str, str | None] = {}
        async with self._reign.writing() as connection:
            await connection.execute(self._insert(), [_row(each) for each in links])
            for start in range(0, len(links), AT_ONCE):
                ids = [each.delivery_id for each in links[start : start + AT_ONCE]]
                found = await connection.execute(_predecessors(ids))
                before |= {row.delivery_id: row.before for row in found}
        return before

    async def at(self, moments: Collection[datetime]) -> list[Link]:
        """Answer the links of events of these virtual times, in their order."""
        wanted = (
            select(col(LinkRow.delivery_id), col(LinkRow.chain), col(LinkRow.at))
            .where(col(LinkRow.at).in_(moments))
            .order_by(col(LinkRow.place))
        )
        async with self._database.session() as session:
            return [Link(*row) for row in await session.execute(wanted)]

    async def prune(self, before: datetime) -> int:
        """Forget some links of events before a virtual time; answer how many."""
        old = (
            select(col(LinkRow.place))
            .where(col(LinkRow.at) < before)
            .order_by(col(LinkRow.at))
            .limit(AT_ONCE)
        )
        async with self._database.writing() as connection:
            places = (await connection.execute(old)).scalars().all()
            if places:
                await connection.execute(delete(LinkRow).where(col(LinkRow.place).in_(places)))
        return len(places)

    def _insert(self) -> Any:
        return self._database.insert(LinkRow).on_conflict_do_nothing(
            index_elements=["delivery_id"]
        )


def _row(link: Link) -> dict[str, Any]:
    return {"delivery_id": link.delivery_id, "chain": link.chain, "at": link.at}


def _predecessors(delivery_ids: list[str]) -> Any:
    earlier = aliased(LinkRow)
    before = (
        select(col(earlier.delivery_id))
        .where(col(earlier.chain) == col(LinkRow.chain), col(earlier.place) < col(LinkRow.place))
        .order_by(col(earlier.place).desc())
        .limit(1)
        .scalar_subquery()
        .label("before")
    )
    return select(col(LinkRow.delivery_id), before).where(
        col(LinkRow.delivery_id).in_(delivery_ids)
    )
