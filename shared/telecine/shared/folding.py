"""Folding a view anew from the log, beside the table in use, and putting it in its place at once.

Whoever reads sees all of the old rows or all of the new ones. Nothing is missed on the way: in the
end writers of the view have to wait while the rest of the log is read, so whatever they have put in
by then is among the facts that were read, and whatever they put in later moves the new rows on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, Table, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from telecine.shared.bus import Bus
from telecine.shared.database import Database
from telecine.shared.eventlog import EventLog
from telecine.shared.schema import View, folded, table_of

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
    log: EventLog[Any, Any] = EventLog(bus, view.kind)
    async with _beside(database, view) as (connection, beside):
        position = 0
        while True:
            reached = await _page(log, view, connection, beside, position)
            await connection.commit()
            if reached == position:
                break
            position = reached
            info = await bus.js.stream_info(view.kind.stream)
            await tell(Reached(position, max(position, info.state.last_seq)))
        return await _replace(log, view, connection, beside, position)


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


async def _page(
    log: EventLog[Any, Any],
    view: View,
    connection: AsyncConnection,
    beside: Table,
    after: int,
) -> int:
    """Fold the facts behind a position; answers how far that came, `after` itself if there are none."""
    facts = await log.page(f"{view.kind.name}.>", after=after, limit=_PAGE)
    last = {fact.stamp.id: fact for fact in facts}
    shown = [view.row(await log.state_after(fact), fact.sequence) for fact in last.values()]
    rows = [row for row in shown if row is not None]
    await connection.execute(delete(beside).where(beside.c.id.in_(list(last))))
    if rows:
        await connection.execute(insert(beside), rows)
    return facts[-1].sequence if facts else after


async def _replace(
    log: EventLog[Any, Any], view: View, connection: AsyncConnection, beside: Table, position: int
) -> int:
    """Let nobody write the view, read what came meanwhile, and put the new rows in its place."""
    table = table_of(view.table)
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE"))
    else:
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
    while (reached := await _page(log, view, connection, beside, position)) != position:
        position = reached
    await connection.execute(delete(table))
    names = [column.name for column in table.columns]
    await connection.execute(insert(table).from_select(names, select(beside)))
    await connection.run_sync(folded, view)
    rows = await connection.scalar(select(func.count()).select_from(table))
    await connection.commit()
    return int(rows or 0)
