"""Whether a database takes what is written to it: tried, since a full one answers every question."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex

from sqlalchemy import Column, MetaData, String, Table, delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from telecine.shared.tables.one_writer import begin_to_write

#: Bytes, in hexadecimal: more than the room that others happen to leave in a page.
_BYTES = 32_768

_TRIAL = Table(
    "write_trials",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("filler", String, nullable=False),
)


async def try_writing(engine: AsyncEngine) -> None:
    """Commit some new pages, and give them back. Raises Unavailable if there is no room for them."""
    row = {"id": token_hex(16), "filler": token_hex(_BYTES)}
    async with _writing(engine) as connection:
        await connection.run_sync(_TRIAL.create, checkfirst=True)
        await connection.execute(insert(_TRIAL), [row])
    async with _writing(engine) as connection:
        await connection.execute(delete(_TRIAL).where(_TRIAL.c.id == row["id"]))


@asynccontextmanager
async def _writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            await begin_to_write(connection)
        yield connection
        await connection.commit()
