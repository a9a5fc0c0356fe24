"""Folding a view anew from the log, beside the table in use, and putting it in its place at once.

Whoever reads sees all of the old rows or all of the new ones. Nothing is missed on the way: a row
that others have moved on behind the position to which we have folded stays as it is, and whatever
comes later moves the new rows on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, Table, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from telecine.shared.log.eventlog import EventLog, last_position
from telecine.shared.tables.database import Database
from telecine.shared.tables.schema import View, folded, table_of
from telecine.shared.wire.bus import Bus

#: Facts that are read, and rows that are written, at once: more would hold up everything else here.
_PAGE = 200


@dataclass(frozen=True)
class Reached:
    """How far a fold has come: a position of the log, and the log's last one."""

    position: int
    last: int


Tell = Callable[[Reached], Awaitable[None]]


async def fold(bus: Bus, database: Database, view: View, tell: Tell) -> int:
    """Make a view anew while others read and write it; answers how many rows it has then.

    Raises Unavailable if the log cannot be read, and then the old rows stay.
    """
    async with _beside(database, view) as (connection, beside):
        making = _Making(bus, view, connection, beside)
        await making.read(tell)
        return await making.take_its_place()


class _Making:
    """One view that is being made. `position` is how far in the log it has come."""

    def __init__(self, bus: Bus, view: View, connection: AsyncConnection, beside: Table) -> None:
        self._bus = bus
        self._log: EventLog[Any, Any] = EventLog(bus, view.kind)
        self._view = view
        self._connection = connection
        self._beside = beside
        self._position = 0

    async def read(self, tell: Tell) -> None:
        """Fold what the log has by now; under load it will have more when this is done."""
        last = await last_position(self._bus, self._view.kind.stream)
        while self._position < last:
            await self._page(last)
            await self._connection.commit()
            await tell(Reached(self._position, last))

    async def take_its_place(self) -> int:
        """Fold what came meanwhile, and put the new rows in the old ones' place; answers how many."""
        ahead = await self._ahead()
        last = await last_position(self._bus, self._view.kind.stream)
        while self._position < last:
            await self._page(last)
        # A row is written after its fact; so one that was ahead of the log's end never had one.
        wrong = [row for row, position in ahead.items() if position > last]
        await self._connection.commit()
        return await _replace(self._view, self._connection, self._beside, last, wrong)

    async def _ahead(self) -> dict[str, int]:
        """Answer the rows in use, with their positions, that say to know more than we have folded."""
        rows = table_of(self._view.table).c
        further = select(rows.id, rows.last_seq).where(rows.last_seq > self._position)
        found = {row.id: row.last_seq for row in await self._connection.execute(further)}
        await self._connection.commit()
        return found

    async def _page(self, last: int) -> None:
        facts = await self._log.page(
            f"{self._view.kind.name}.>", after=self._position, limit=_PAGE
        )
        latest = {fact.stamp.id: fact for fact in facts}
        shown = [
            self._view.row(await self._log.state_after(fact), fact.sequence)
            for fact in latest.values()
        ]
        older = delete(self._beside).where(self._beside.c.id.in_(list(latest)))
        await self._connection.execute(older)
        if rows := [row for row in shown if row is not None]:
            await self._connection.execute(insert(self._beside), rows)
        self._position = facts[-1].sequence if len(facts) == _PAGE else last


@asynccontextmanager
async def _beside(database: Database, view: View) -> AsyncIterator[tuple[AsyncConnection, Table]]:
    """A table of the view's columns that only this connection sees, and that ends with it."""
    table = table_of(view.table)
    columns = [
        Column(each.name, each.type, primary_key=each.primary_key, nullable=each.nullable)
        for each in table.columns
    ]
    beside = Table(f"{table.name}_beside", MetaData(), *columns, prefixes=["TEMPORARY"])
    async with database.engine.connect() as connection:
        try:
            await connection.run_sync(beside.create)
            await connection.commit()
            yield connection, beside
        finally:
            await connection.invalidate()  # the connection's end is the table's, come what may


async def _replace(
    view: View, connection: AsyncConnection, beside: Table, position: int, wrong: list[str]
) -> int:
    """Replace all rows but those that others have moved on behind our position, in one transaction.

    Nothing else is awaited in it: SQLite's holds up the whole process (docs/decisions/0009).
    """
    table = table_of(view.table)
    await _let_nobody_write(table, connection)
    await connection.execute(delete(table).where(table.c.last_seq <= position))
    for first in range(0, len(wrong), _PAGE):
        rows = wrong[first : first + _PAGE]
        await connection.execute(delete(table).where(table.c.id.in_(rows)))
    missing = select(beside).where(beside.c.id.not_in(select(table.c.id)))
    names = [column.name for column in table.columns]
    await connection.execute(insert(table).from_select(names, missing))
    await connection.run_sync(folded, view)
    count = await connection.scalar(select(func.count()).select_from(table))
    await connection.commit()
    return int(count or 0)


async def _let_nobody_write(table: Table, connection: AsyncConnection) -> None:
    """Until the transaction's end; who wants to write waits. Readers do not."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE"))
    else:
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
