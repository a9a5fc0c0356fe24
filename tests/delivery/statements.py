"""The statements that are made to a database, to be held against its plans."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

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
