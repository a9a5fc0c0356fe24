"""The engines under a service's tables, set up as each database needs it."""

from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from telecine.shared.tables.checkpoints import LAST_RESORT
from telecine.shared.tables.database_away import connect
from telecine.shared.tables.one_writer import PATIENCE
from telecine.shared.tables.sqlite import IN_LOOP


def engine_of(url: URL) -> AsyncEngine:
    """Answer an engine for a database; the folder of a file is made."""
    if url.get_backend_name() != "sqlite":
        ours = {"async_creator_fn": connect}
        engine = create_async_engine(url, connect_args=ours)
        event.listen(engine.sync_engine, "checkout", _expect_open)
    else:
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(url.set(drivername=IN_LOOP))
        event.listen(engine.sync_engine, "connect", _tune_sqlite)
    return engine


def _expect_open(connection: Any, *_: Any) -> None:
    """Have the pool connect anew in place of a connection that was lost while it was idle.

    The driver hears of that by itself. SQLAlchemy's `pool_pre_ping` asks the server, and waits for three
    of its answers, before each transaction.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError("it was lost while it was idle")


def _tune_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")
    cursor.execute("PRAGMA cache_spill=OFF")  # the disk is not written to before the commit
    cursor.execute(f"PRAGMA wal_autocheckpoint={LAST_RESORT}")
    cursor.close()
