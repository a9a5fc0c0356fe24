"""Whether a service can use its tables: if not, it is not ready, and says so until it can again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy import text

from telecine.shared.copies.heartbeat import Beating
from telecine.shared.tables.database import Database
from telecine.shared.tables.writable import try_writing
from telecine.shared.tasks import alongside

log = structlog.get_logger()

#: Seconds between two looks.
_PERIOD = 1.0
#: Seconds that a look may take. One that was cut off leaves the next one twice as long: on a machine that
#: is only slow, looks that are always cut off too early would never find the tables again.
_PATIENCE, _PATIENCE_MOST = 2.0, 32.0


@asynccontextmanager
async def reachable(database: Database, beating: Beating) -> AsyncIterator[None]:
    """Look all the time whether the tables can be used while the block lasts."""
    async with alongside(f"tables of {beating.service}", _look(database, beating)):
        yield


async def _look(database: Database, beating: Beating) -> None:
    patience = _PATIENCE
    while True:
        await _until_next(database, beating)
        trouble = await _trouble(database, patience)
        if trouble is None:
            patience = _PATIENCE
        elif isinstance(trouble, TimeoutError):
            patience = min(2 * patience, _PATIENCE_MOST)
        if (trouble is not None) != beating.troubled:
            log.warning(
                "tables.away" if trouble else "tables.back", error=trouble and repr(trouble)
            )
            beating.troubled = trouble is not None
            beating.beat()


async def _until_next(database: Database, beating: Beating) -> None:
    if beating.troubled:
        await asyncio.sleep(_PERIOD)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(_PERIOD):
            await database.doubted.wait()  # somebody has met trouble: look at once


async def _trouble(database: Database, patience: float) -> Exception | None:
    """Answer what is wrong; None if the tables can be used. Behind a doubt they must take a write."""
    try:
        async with asyncio.timeout(patience):
            if database.doubted.is_set():
                await try_writing(database.engine)
                database.doubted.clear()
            else:
                await _ask(database)
    except Exception as error:  # noqa: BLE001 - drivers have no common one
        database.doubted.set()
        await database.engine.dispose()  # a session from before may never write again
        return error
    return None


async def _ask(database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("SELECT 1"))
