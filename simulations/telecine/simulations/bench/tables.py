"""What is on record, asked of delivery's tables themselves; and making them as full as after a year."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import String, cast, func, insert, literal, select, true
from sqlmodel import SQLModel, col

from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.tables.database import Database, opened
from telecine.shared.tables.schema import table_of

#: Rows that are written in one transaction.
_CHUNK = 50_000
#: What makes one row another than the next; whatever else a column holds is copied.
_OWN = {"delivery_id", "event_id", "video_id"}


class Tables:
    """Delivery's tables, from outside of the workers. Use `tables`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recorded(self, first: str, last: str) -> int:
        """Answer of how many deliveries between two ids a success is on record."""
        found = select(func.count(func.distinct(col(AttemptRow.delivery_id)))).where(
            col(AttemptRow.delivery_id).between(first, last), col(AttemptRow.error).is_(None)
        )
        async with self._database.session() as session:
            return int((await session.execute(found)).scalar_one())

    async def parked(self) -> int:
        """Answer how many deliveries are parked."""
        found = select(func.count()).where(col(DeliveryRow.state) == "parked")
        async with self._database.session() as session:
            return int((await session.execute(found)).scalar_one())

    async def fill(self, count: int, like: str) -> None:
        """Store `count` more deliveries with an attempt each, all of them like one that is on record."""
        for first in range(0, count, _CHUNK):
            last = min(first + _CHUNK, count)
            async with self._database.engine.begin() as connection:
                await connection.execute(
                    _more(DeliveryRow, col(DeliveryRow.id) == like, first, last)
                )
                await connection.execute(
                    _more(AttemptRow, col(AttemptRow.delivery_id) == like, first, last)
                )


def _more(table: type[SQLModel], like: Any, first: int, last: int) -> Any:
    """Answer the statement that copies a row under the numbers from `first` until before `last`."""
    numbers = select(literal(first).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < last - 1))
    name = literal("stored-") + cast(numbers.c.number, String)
    columns = [each for each in table_of(table).columns if not _counted(each)]
    values = [name if each.name in _OWN or each.primary_key else each for each in columns]
    rows = select(*values).select_from(table_of(table).join(numbers, true())).where(like)
    return insert(table).from_select([each.name for each in columns], rows)


def _counted(column: Any) -> bool:
    """Whether the database itself counts a column up."""
    return bool(column.primary_key and column.type.python_type is int)


@asynccontextmanager
async def tables(url: str) -> AsyncIterator[Tables]:
    """Open them while the block lasts; they are the workers' to make."""
    async with opened(url, []) as database:
        yield Tables(database)
