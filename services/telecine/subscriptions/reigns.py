"""Who fans out at present, on record: what a copy writes that another has followed is refused.

A lease alone cannot see to that. Whoever has lost it learns so at its next renewal, and may have been
paused in the midst of what it was about to write.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from telecine.shared.errors import Conflict
from telecine.shared.tables.database import Database
from telecine.subscriptions.tables import ReignRow

_NAME = "fan-out"


class Reign:
    """One copy's word that it fans out; good until another copy begins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holder = ""

    async def begin(self, holder: str) -> None:
        """Be the only one who may write from now on."""
        async with self._database.alone() as connection:
            await connection.execute(delete(ReignRow).where(col(ReignRow.name) == _NAME))
            await connection.execute(insert(ReignRow), [{"name": _NAME, "holder": holder}])
        self._holder = holder

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of who fans out, committed at its end. Raises Conflict if somebody else has begun
        since."""
        async with self._database.alone() as connection:
            holder = select(col(ReignRow.holder)).where(col(ReignRow.name) == _NAME)
            found = (await connection.execute(holder)).scalar_one_or_none()
            if found != self._holder:
                raise Conflict(f"{found or 'nobody'} fans out by now")
            yield connection
