"""SQLite has one writer: who is to be the next waits for another process's, and the event loop goes on.

SQLite itself would wait in the middle of a statement, and statements run in the event loop
(docs/decisions/0009): a transaction that somebody has left open in a shell or a browser of databases
would hold up the whole house, for ten seconds at each try to write.
"""

import asyncio
import sqlite3
from time import monotonic
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

#: Seconds that another process's transaction is waited for.
PATIENCE = 10.0
#: Seconds between two tries; they grow from the first to the most.
_PAUSE_FIRST, _PAUSE_MOST = 0.001, 0.1


async def begin_to_write(connection: AsyncConnection) -> None:
    """Begin a transaction of SQLite's in which nobody else writes. Raises Unavailable after PATIENCE."""
    await connection.begin()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    ends, pause = monotonic() + PATIENCE, _PAUSE_FIRST
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while _is_taken(driver) and monotonic() < ends:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _PAUSE_MOST)
        if not driver.in_transaction:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")  # which says what is wrong
    finally:
        driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")


def _is_taken(driver: Any) -> bool:
    """Begin; answer whether somebody else writes, so that it has to be tried again."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
    return False
