"""Work in the background: begun with a block, gone with it, and never silently dead before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")

_AGAIN = 0.2
#: Seconds between two tries of what must be done; they grow from the first to the most.
_PAUSE_FIRST, _PAUSE_MOST = 0.05, 2.0


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


@asynccontextmanager
async def side_by_side(*blocks: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
    """Enter blocks one after the other, and leave all of them at once: none waits for another's end."""
    entered: list[AbstractAsyncContextManager[None]] = []
    try:
        for block in blocks:
            await block.__aenter__()
            entered.append(block)
        yield
    finally:
        await asyncio.gather(*(block.__aexit__(None, None, None) for block in entered))


class Crew:
    """Work that is begun at any time, each piece beside all else; one that fails is logged as an error."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin a piece of work; answer its task, for whoever may want to cancel it."""
        task = asyncio.create_task(work, name=self._name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_tell)
        return task

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """End what is under way."""
        await _end(tuple(self._tasks))


def pause_before(tries: int) -> float:
    """Answer the seconds to wait before something is tried again that has failed `tries` times."""
    return min(_PAUSE_FIRST * 2.0 ** min(tries - 1, 10), _PAUSE_MOST)


async def insist(work: Callable[[], Awaitable[T]], failed: Callable[[Exception], None]) -> T:
    """Do something until it has been done; repeating it must change nothing.

    `failed` is told of each failure, and may raise to give up.
    """
    tries = 0
    while True:
        try:
            return await work()
        except Exception as error:  # noqa: BLE001 - `failed` decides
            failed(error)
        tries += 1
        await asyncio.sleep(pause_before(tries))


async def in_thread(work: Callable[[], T]) -> T:
    """Do something in a thread that would hold up the event loop; a cancellation waits for its end."""
    doing = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled = None
    while not doing.done():
        try:
            await asyncio.wait([doing])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled
    return doing.result()


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
