"""Chores: what is done every so often, in one copy of delivery for all."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from telecine.shared.errors import surprise
from telecine.shared.tables.database import Database

log = structlog.get_logger()


async def every(
    period: float,
    database: Database,
    name: str,
    chore: Callable[[], Awaitable[object]],
    *,
    first: Callable[[], Awaitable[None]] | None = None,
    wake: asyncio.Event | None = None,
) -> None:
    """Do a chore for ever, in one copy at a time: every `period` seconds (wall), or when `wake` is set.

    `first` is done before it, in all copies. What fails is logged and tried again when its time comes.
    """
    wake = wake or asyncio.Event()
    while True:
        try:
            if first:
                await first()
            async with database.only(name) as ours:
                if ours:
                    await chore()
        except Exception as error:
            log.warning("chore.failed", chore=name, error=repr(error), exc_info=surprise(error))
        with suppress(TimeoutError):
            async with asyncio.timeout(period):
                await wake.wait()
            wake.clear()
