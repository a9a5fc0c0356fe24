"""SQLite inside the event loop: a statement here takes less time than to hand it to a thread.

aiosqlite hands every cursor, statement, fetch and commit to a thread, some twelve times for a
transaction of one row (docs/decisions/0009). Nothing yields between the statements of a transaction,
so one process never waits for a lock that it holds itself. Lists are short pages over indexes.
"""

import sqlite3
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import await_only

#: The driver of a URL that means this.
IN_LOOP = "sqlite+inloop"


class _Cursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """SQLAlchemy asks for this before its caller reads; the rows are still to be fetched."""


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


async def _at_once() -> None:
    """SQLAlchemy's async engine wants to see one await in everything that it executes."""


class InLoopSQLite(SQLiteDialect_pysqlite):
    """The standard library's sqlite3 under SQLAlchemy's async engine, without a thread."""

    driver = "inloop"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> Any:
        places, options = super().create_connect_args(url)
        return places, {**options, "factory": _Connection}

    def do_execute(
        self, cursor: Any, statement: Any, parameters: Any, context: Any = None
    ) -> None:
        await_only(_at_once())
        cursor.execute(statement, parameters)

    def do_executemany(
        self, cursor: Any, statement: Any, parameters: Any, context: Any = None
    ) -> None:
        await_only(_at_once())
        cursor.executemany(statement, parameters)


registry.register("sqlite.inloop", __name__, InLoopSQLite.__name__)
