"""Whether a service can reach its tables: if not, it is not ready, and says so until it can again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import text

from telecine.shared.database import Database
from telecine.shared.heartbeat import Beating
from telecine.shared.tasks import alongside

log = structlog.get_logger()

#: Seconds between two looks, and for how long one may take.
_PERIOD = 1.0
_PATIENCE = 2.0


@asynccontextmanager
async def reachable(database: Database, beating: Beating) -> AsyncIterator[None]:
    """Look all the time whether the tables can be reached while the block lasts."""
    async with alongside(f"tables of {beating.service}", _look(database, beating)):
        yield


async def _look(database: Database, beating: Beating) -> None:
    while True:
        await asyncio.sleep(_PERIOD)
        trouble = await _trouble(database)
        if (trouble is not None) != beating.troubled:
            log.warning("tables.away" if trouble else "tables.back", error=trouble)
            beating.troubled = trouble is not None
            beating.beat()


async def _trouble(database: Database) -> str | None:
    """Answer what is wrong; None if the tables can be reached."""
    try:
        async with asyncio.timeout(_PATIENCE), database.session() as session:
            await session.execute(text("SELECT 1"))
    except Exception as error:  # noqa: BLE001 - drivers have no common one
        return repr(error)
    return None
