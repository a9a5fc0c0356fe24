"""Committing together what many wait for: a transaction for each item would take most of the time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class GroupCommit(Generic[T, R]):
    """Writes what many wait for in one transaction: `put` returns when its item is committed.

    `write` gets the items in the order of arrival and answers one result for each. If it fails,
    everybody in that group gets the error. `committed` is told how large each group was.
    """

    def __init__(
        self,
        write: Callable[[list[T]], Awaitable[Sequence[R]]],
        *,
        most: int = 200,
        committed: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._write = write
        self._committed = committed
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def put(self, item: T) -> R:
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        try:
            while self._waiting:
                group = self._waiting[: self._most]
                del self._waiting[: self._most]
                await self._write_group(group)
        finally:
            self._flushing = None

    async def _write_group(self, group: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._write([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        self._committed(len(group))
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)
