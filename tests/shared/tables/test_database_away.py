"""A database that is away, full or read-only is unavailable; a wrong statement is a defect."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it has no stubs
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from telecine.shared.copies import reachable as looking
from telecine.shared.copies.heartbeat import Beating, Pulse
from telecine.shared.copies.reachable import reachable
from telecine.shared.errors import Unavailable
from telecine.shared.tables import one_writer
from telecine.shared.tables.database import Database, opened
from telecine.shared.tables.database_away import _is_trouble
from telecine.shared.tables.writable import try_writing
from telecine.shared.wire.bus import Bus
from tests import postgresql
from tests.nats import bus, connect, server
from tests.outage import doored
from tests.waiting import until

__all__ = ["bus", "connect", "server"]


async def ask(database: Database) -> int:
    async with database.session() as session:
        return int(await session.scalar(text("SELECT 1")) or 0)


async def test_postgresql_that_is_away_is_unavailable_until_it_is_back() -> None:
    async with doored() as door, opened(door.url, []) as database:
        assert await ask(database) == 1
        await door.shut()
        for _ in range(3):
            with pytest.raises(Unavailable):
                await ask(database)

        await door.open()

        assert await ask(database) == 1


async def test_a_connection_that_was_lost_while_it_was_idle_is_made_anew() -> None:
    async with doored() as door, opened(door.url, []) as database:
        async with database.engine.connect() as connection, database.driven(connection) as driver:
            pass
        await door.shut()
        await door.open()
        await until(driver.is_closed)

        assert await ask(database) == 1


async def test_a_statement_under_way_when_postgresql_goes_is_unavailable() -> None:
    async with doored() as door, opened(door.url, []) as database, database.session() as session:
        await session.execute(text("SELECT 1"))
        await door.shut()
        with pytest.raises(Unavailable):
            await session.execute(text("SELECT 1"))


async def test_a_database_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "test.db"
    async with opened(f"sqlite+aiosqlite:///{file}", []) as database:
        async with database.engine.begin() as connection:
            await connection.execute(text("CREATE TABLE t (n INTEGER)"))
            await connection.execute(text("PRAGMA query_only = 1"))
        with pytest.raises(Unavailable, match="readonly"):
            async with database.engine.begin() as connection:
                await connection.execute(text("INSERT INTO t VALUES (1)"))


async def write(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE t (n INTEGER)"))


@pytest.mark.parametrize("trial", [False, True], ids=["work", "trial"])
async def test_who_waits_for_another_processs_write_holds_up_nobody(
    tmp_path: Path, trial: bool
) -> None:
    file = tmp_path / "test.db"
    async with opened(f"sqlite+aiosqlite:///{file}", []) as database:
        with closing(sqlite3.connect(file, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            written = asyncio.create_task(
                try_writing(database.engine) if trial else write(database)
            )
            done, _ = await asyncio.wait({written}, timeout=0.2)
            assert not done
            another.execute("ROLLBACK")  # by the loop, which had to come to it

            await asyncio.wait_for(written, 5)

            assert not database.doubted.is_set()


async def test_a_write_that_another_process_never_ends_makes_the_database_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_writer, "PATIENCE", 0.1)
    file = tmp_path / "test.db"
    async with opened(f"sqlite+aiosqlite:///{file}", []) as database:
        with closing(sqlite3.connect(file, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable, match="locked"):
                await write(database)
            assert database.doubted.is_set()

        await write(database)


async def test_a_wrong_statement_is_a_defect(database_url: str) -> None:
    async with opened(database_url, []) as database:
        with pytest.raises(DBAPIError):
            async with database.session() as session:
                await session.execute(text("SELECT n FROM nowhere"))


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (asyncpg.DiskFullError("no space"), True),
        (asyncpg.TooManyConnectionsError("sorry"), True),
        (asyncpg.CannotConnectNowError("it starts"), True),
        (asyncpg.ReadOnlySQLTransactionError("read-only"), True),
        (asyncpg.ConnectionDoesNotExistError("closed"), True),
        (asyncpg.UniqueViolationError("twice"), False),
        (asyncpg.UndefinedTableError("none"), False),
        (sqlite3.OperationalError("nameless"), False),
    ],
)
def test_trouble_is_told_from_defects_by_its_code(error: Exception, trouble: bool) -> None:
    assert _is_trouble(error) is trouble


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("SQLITE_FULL", True), ("SQLITE_IOERR_WRITE", True), ("SQLITE_CONSTRAINT_UNIQUE", False)],
)
def test_trouble_of_sqlite_is_told_by_its_name(name: str, trouble: bool) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = name

    assert _is_trouble(error) is trouble


async def test_a_service_is_not_ready_while_its_tables_are_away(bus: Bus) -> None:
    beating, pulse = Beating(bus, "ingest", "one"), Pulse(bus)
    beating.ready = True

    def is_ready() -> list[bool]:
        return [beat.ready for beat in pulse.alive()]

    async with (
        doored() as door,
        opened(door.url, []) as database,
        pulse.listening(),
        beating.running(),
        reachable(database, beating),
    ):
        await until(lambda: is_ready() == [True])
        await door.shut()
        await until(lambda: is_ready() == [False])
        await door.open()
        await until(lambda: is_ready() == [True])


async def test_tables_that_answer_slowly_are_found_again(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine without time for anything, looks that are cut off too early must not repeat for ever."""
    looks = 0

    async def slowly(engine: AsyncEngine) -> None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0.1)
        await try_writing(engine)

    monkeypatch.setattr(looking, "try_writing", slowly)
    monkeypatch.setattr(looking, "_PATIENCE", 0.02)
    monkeypatch.setattr(looking, "_PERIOD", 0.02)
    beating = Beating(bus, "ingest", "one")
    async with (
        postgresql.database() as url,
        opened(url, []) as database,
        reachable(database, beating),
    ):
        database.doubted.set()
        await until(lambda: beating.troubled)
        await until(lambda: not beating.troubled)
        assert looks > 1
