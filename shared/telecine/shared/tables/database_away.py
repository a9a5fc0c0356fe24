"""A database that is away, full or read-only is no defect: whoever asked is told to try again.

One translation for every statement and connection of an engine, so that nobody needs to catch it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no stubs
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from telecine.shared.errors import Unavailable

#: Seconds until a connection that cannot be made is given up.
_CONNECT = 5.0
#: SQLSTATE classes: connection, insufficient resources (a full disk), intervention (it stops or
#: starts), system error; and read-only transactions.
_STATES = ("08", "53", "57", "58", "25006")
#: SQLite's names for the same.
_NAMES = ("BUSY", "LOCKED", "FULL", "IOERR", "READONLY", "CANTOPEN")


def tell_when_away(engine: AsyncEngine, doubt: Callable[[], None]) -> None:
    """Let an engine raise Unavailable where the database itself is in trouble, and call `doubt`."""

    def translate(context: ExceptionContext) -> Unavailable | None:
        unavailable = _translate(context)
        if unavailable:
            doubt()
        return unavailable

    event.listen(engine.sync_engine, "handle_error", translate)


@contextmanager
def told_when_away(doubt: Callable[[], None]) -> Iterator[None]:
    """The same for statements that a driver is given without SQLAlchemy."""
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error) as error:
        lost = isinstance(error, OSError | asyncpg.InterfaceError)
        if isinstance(error, ValueError) or not (lost or _is_trouble(error)):
            raise  # what we gave it is wrong, and will be the next time
        doubt()
        raise Unavailable(f"the database is in trouble: {error}") from error


async def connect(*arguments: Any, **options: Any) -> Any:
    """Connect as asyncpg does, in bounded time. Raises Unavailable."""
    try:
        return await asyncpg.connect(*arguments, **{"timeout": _CONNECT, **options})
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"PostgreSQL cannot be reached: {error!r}") from error


def _translate(context: ExceptionContext) -> Unavailable | None:
    """Answer what is raised in place of the driver's error, if anything is."""
    trouble = context.is_disconnect or _is_trouble(context.original_exception)
    problem = f"the database is in trouble: {context.original_exception}"
    return Unavailable(problem) if trouble else None


def _is_trouble(error: BaseException) -> bool:
    """Whether the database says so by its code; SQLAlchemy's own of asyncpg's errors lack it."""
    for each in (error, error.__cause__):
        state = str(getattr(each, "sqlstate", None) or "")
        name = str(getattr(each, "sqlite_errorname", "")).removeprefix("SQLITE_")
        if state.startswith(_STATES) or name.startswith(_NAMES):
            return True
    return False
