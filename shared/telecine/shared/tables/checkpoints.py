"""Checkpoints of SQLite's write-ahead log, in a thread: they wait for the disk, and nobody else is to.

SQLite makes one within the commit that finds the log too long, which then takes tens of milliseconds, or
hundreds on a busy disk; statements run in the event loop (docs/decisions/0029).
"""

import asyncio
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from telecine.shared.tasks import in_thread

log = structlog.get_logger()

#: Pages beyond which a commit makes one all the same, so that a log is bounded: 64 MiB.
LAST_RESORT = 16_384
#: Seconds between two checkpoints, if anything was committed.
_PERIOD = 1.0


def keep_checkpoints(engine: AsyncEngine) -> Coroutine[Any, Any, None]:
    """Bring what is committed from now on from the log into the file, for as long as this runs."""
    committed = asyncio.Event()
    event.listen(engine.sync_engine, "commit", lambda _: committed.set())
    return _keep(str(engine.url.database), committed)


async def _keep(path: str, committed: asyncio.Event) -> None:
    while True:
        await committed.wait()
        await asyncio.sleep(_PERIOD)
        committed.clear()
        try:
            await in_thread(partial(_checkpoint, path))
        except sqlite3.Error as error:  # those who commit hear of what is wrong, and tell it
            log.debug("tables.no_checkpoint", error=repr(error))


def _checkpoint(path: str) -> None:
    file = f"{Path(path).absolute().as_uri()}?mode=rw"  # or one that is gone would be made anew
    with closing(sqlite3.connect(file, uri=True)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
