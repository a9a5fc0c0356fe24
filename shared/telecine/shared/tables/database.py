"""SQL for a service's own tables: SQLite files on a laptop, PostgreSQL in compose."""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, TypeDecorator, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
)
from sqlmodel import SQLModel

from telecine.shared.errors import Unavailable
from telecine.shared.observing.metrics import Metrics
from telecine.shared.tables.checkpoints import keep_checkpoints
from telecine.shared.tables.database_away import tell_when_away, told_when_away
from telecine.shared.tables.engines import engine_of
from telecine.shared.tables.migrations import migrate
from telecine.shared.tables.one_writer import begin_to_write
from telecine.shared.tables.schema import Schema, View, make_views, table_of
from telecine.shared.tasks import alongside, in_thread

#: Rows: groups are small while nobody hurries.
_GROUPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)

#: The key of PostgreSQL's lock for whoever changes tables; any number that nobody else uses.
_ALONE = 0x7E1EC14E


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, aware in and aware out, on databases that keep no zone as well."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Database:
    """One service's tables. Use `opened` to get one."""

    def __init__(self, engine: AsyncEngine, metrics: Metrics) -> None:
        self.engine = engine
        self._turn = asyncio.Lock()
        self._rows = metrics.histogram(
            "telecine_commit_rows",
            "Rows that were committed together.",
            "table",
            buckets=_GROUPS,
        )
        #: A statement has met trouble, and nobody has written since (reachable.py).
        self.doubted = asyncio.Event()
        #: Views whose tables do not hold all facts yet; nobody may be answered from them.
        self.unfolded: tuple[View, ...] = ()

    def expect_writable(self) -> None:
        """Raise Unavailable if what is done next could hardly be recorded."""
        if self.doubted.is_set():
            raise Unavailable("the database is in trouble, and nobody has written to it since")

    def committed(self, table: str) -> Callable[[int], None]:
        """Answer who counts the rows that are committed together to a table."""
        return self._rows.labels(table).observe

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session for one unit of work; nothing is committed unless its user commits."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end. On SQLite nobody else writes meanwhile, so that
        what it reads is not overtaken; on PostgreSQL it locks what it must."""
        # Who waits for the one writer of SQLite waits here, and lets the event loop go on.
        turn = nullcontext() if self.is_postgresql else self._turn
        async with turn, self.engine.connect() as connection:
            if self.is_postgresql:
                await connection.exec_driver_sql("SELECT 1")
            else:
                await begin_to_write(connection)
            try:
                yield connection
            except BaseException:
                # At once: the connection's own end yields first, and whoever begins then would wait
                # for our lock in the event loop that is to give it up.
                await connection.rollback()
                raise
            if not self.is_postgresql:
                async with self.driven(connection) as driver:
                    await in_thread(driver.commit)  # it may have to wait for the disk
            await connection.commit()

    @asynccontextmanager
    async def driven(self, connection: AsyncConnection) -> AsyncIterator[Any]:
        """The driver's own connection behind one that is in a transaction: asyncpg's or sqlite3's.

        For the statements that are made for every webhook, which SQLAlchemy makes several times as
        dear. Raises Unavailable as everything else does.
        """
        with told_when_away(self.doubted.set):
            yield (await connection.get_raw_connection()).driver_connection

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that nobody else's `alone` runs beside, in any process; committed at its end."""
        async with self.writing() as connection:
            if self.is_postgresql:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ALONE})"))
            yield connection

    @asynccontextmanager
    async def only(self, name: str) -> AsyncIterator[bool]:
        """Whether we alone do what has this name while the block lasts, in any process."""
        if not self.is_postgresql:
            async with _only_file(Path(f"{self.engine.url.database}.{name}.lock")) as ours:
                yield ours
            return
        async with self.engine.connect() as connection:
            asked = text("SELECT pg_try_advisory_lock(hashtext(:name))")
            try:
                yield bool(await connection.scalar(asked, {"name": f"telecine {name}"}))
            finally:
                await connection.invalidate()  # the lock ends with the session

    def insert(self, table: type[SQLModel]) -> Any:
        """Answer this database's own INSERT, which knows ON CONFLICT."""
        dialect = postgresql if self.is_postgresql else sqlite
        return dialect.insert(table)


@asynccontextmanager
async def opened(
    url: str, tables: Schema | Sequence[type[SQLModel]], metrics: Metrics | None = None
) -> AsyncIterator[Database]:
    """Open a database while the block lasts, with tables of the form that the code expects.

    A service gives its whole schema: its records are migrated, and views of another shape are made
    anew and wait to be folded (`Database.unfolded`). Several may do so at once. Of a plain list of
    tables those that are missing are made. Raises NewerDatabase.
    """
    engine = engine_of(make_url(url))
    database = Database(engine, metrics or Metrics())
    tell_when_away(engine, database.doubted.set)
    try:
        async with database.alone() as connection:
            database.unfolded = await connection.run_sync(_prepare, tables)
        on_file = not database.is_postgresql and engine.url.database
        async with alongside("checkpoints", *([keep_checkpoints(engine)] if on_file else [])):
            yield database
    finally:
        await engine.dispose()


def _prepare(
    connection: Connection, tables: Schema | Sequence[type[SQLModel]]
) -> tuple[View, ...]:
    if isinstance(tables, Schema):
        migrate(connection, tables)
        return make_views(connection, tables.views)
    SQLModel.metadata.create_all(connection, tables=[table_of(model) for model in tables])
    return ()


@asynccontextmanager
async def _only_file(path: Path) -> AsyncIterator[bool]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
