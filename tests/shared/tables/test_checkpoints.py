"""SQLite waits for the disk beside all else: in commits, and where its log comes into the file."""

import asyncio
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from telecine.shared.tables import checkpoints
from telecine.shared.tables.database import Database, opened
from telecine.shared.tables.sqlite import _Connection
from tests.waiting import until


async def put(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)"))
        await connection.execute(text("INSERT INTO numbers VALUES (:number)"), {"number": number})


def in_file(path: Path) -> list[int] | None:
    """Answer the numbers that stand in a database's file, without what stands in its log only.

    None if it was copied while it was written to.
    """
    alone = path.with_name("alone.db")
    shutil.copyfile(path, alone)
    try:
        with closing(sqlite3.connect(alone)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'numbers'")
            if not known.fetchall():
                return []
            return [number for (number,) in connection.execute("SELECT number FROM numbers")]
    except sqlite3.DatabaseError:
        return None


async def test_what_is_committed_comes_into_the_file_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, original = tmp_path / "some.db", checkpoints._checkpoint
    allowed = threading.Semaphore(0)  # so many may be made; else one might come before we look

    def when_allowed(file: str) -> None:
        allowed.acquire(timeout=10)
        original(file)

    monkeypatch.setattr(checkpoints, "_checkpoint", when_allowed)
    async with opened(f"sqlite:///{path}", []) as database:
        await put(database, 1)
        assert in_file(path) == []
        allowed.release()
        await until(lambda: in_file(path) == [1])
        await put(database, 2)
        assert in_file(path) == [1]
        allowed.release(2)  # the one more is for what is under way when the database is closed
        await until(lambda: in_file(path) == [1, 2])


async def test_a_checkpoint_that_fails_is_made_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, original = tmp_path / "some.db", checkpoints._checkpoint
    failed: list[str] = []

    def fail_once(file: str) -> None:
        if not failed:
            failed.append(file)
            raise sqlite3.OperationalError("the disk is full")
        original(file)

    monkeypatch.setattr(checkpoints, "_checkpoint", fail_once)
    async with opened(f"sqlite:///{path}", []) as database:
        with capture_logs() as logs:
            await put(database, 1)
            await until(lambda: failed)
            await put(database, 2)
            await until(lambda: in_file(path) == [1, 2])
    assert [each["event"] for each in logs] == ["tables.no_checkpoint"]


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        checkpoints._checkpoint(str(tmp_path / "gone.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_may_be_called_what_it_likes(tmp_path: Path) -> None:
    path = tmp_path / "50% of #1?&mode=ro.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE numbers (number INTEGER)")
        connection.execute("INSERT INTO numbers VALUES (1)")
        connection.commit()
        assert in_file(path) == []
        checkpoints._checkpoint(str(path))
        assert in_file(path) == [1]


async def test_a_log_that_grows_too_long_is_brought_in_by_a_commit(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'some.db'}"
    async with opened(url, []) as database, database.session() as session:
        bound = await session.scalar(text("PRAGMA wal_autocheckpoint"))
    assert bound == checkpoints.LAST_RESORT


async def test_a_commit_that_waits_for_the_disk_holds_up_nobody_but_who_writes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committing, may_end = threading.Event(), threading.Event()

    def slowly(connection: sqlite3.Connection) -> None:
        committing.set()
        may_end.wait(10)
        sqlite3.Connection.commit(connection)

    async with opened(f"sqlite:///{tmp_path / 'some.db'}", []) as database:
        await put(database, 1)
        monkeypatch.setattr(_Connection, "commit", slowly, raising=False)
        writers = [asyncio.create_task(put(database, number)) for number in (2, 3)]
        await until(committing.is_set)  # and yet we are here
        async with database.session() as session:
            numbers = (await session.scalars(text("SELECT number FROM numbers"))).all()
        assert numbers == [1]
        may_end.set()
        await asyncio.gather(*writers)
        async with database.session() as session:
            numbers = (await session.scalars(text("SELECT number FROM numbers"))).all()
        assert numbers == [1, 2, 3]
