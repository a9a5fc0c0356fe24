"""Work in the background: begun with a block, gone with it, and never silently dead before."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")

_AGAIN = 0.2


@asynccontextmanager
async def alongside(name: str, *work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run coroutines while the block lasts; one that fails is logged as an error."""
    tasks = [asyncio.create_task(each, name=name) for each in work]
    for task in tasks:
        task.add_done_callback(_tell)
    try:
        yield
    finally:
        await _end(tasks)


async def unless(stopping: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Do something, unless `stopping` is set first; then None."""
    doing, stopped = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({doing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return await doing if doing.done() else None
    finally:
        await _end([doing, stopped])


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    # Again and again: in Python 3.11 `asyncio.wait_for`, which nats-py is full of, swallows a
    # cancellation that comes together with what it waits for.
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=_AGAIN)


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("task.failed", task=task.get_name(), error=repr(error), exc_info=error)
