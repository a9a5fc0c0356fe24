"""The statements that are made to a database, to be held against its plans."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from telecine.shared.tables.database import Database

Statement = tuple[str, Any]


@contextmanager
def heard(engine: Engine | type[Engine], file: str | None = None) -> Iterator[list[Statement]]:
    """Answer the statements made in the block, with their parameters, but those for many rows at once:
    by an engine, or by every engine of this process to a SQLite file."""
    made: list[Statement] = []

    def note(
        connection: Connection, _: Any, statement: str, parameters: Any, __: Any, many: bool
    ) -> None:
        if not many and file in (None, connection.engine.url.database):
            made.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def plans(database: Database, ask: Awaitable[object]) -> list[str]:
    """Ask something; answer how the database finds what every statement of it wants."""
    with heard(database.engine.sync_engine) as asked:
        await ask
    explain = "EXPLAIN " if database.is_postgresql else "EXPLAIN QUERY PLAN "
    found = []
    async with database.engine.connect() as connection:
        for statement, parameters in asked:
            if "set_config" in statement:  # for the rest of the transaction
                await connection.exec_driver_sql(statement)
            elif "FROM" in statement:
                rows = await connection.exec_driver_sql(explain + statement, parameters)
                found.append("\n".join(str(row[-1]) for row in rows))
    return found
