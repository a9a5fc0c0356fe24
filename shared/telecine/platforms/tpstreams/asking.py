"""Asking the house for a long page: in parts, since one reply of a service has 1 MiB."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telecine.platforms.tpstreams.pages import Window

T = TypeVar("T")

#: Rows in one question; an asset may have some 7 kB, most of them links.
PART = 100


async def rows_of(
    ask: Callable[[int, int], Awaitable[tuple[list[T], int]]], shown: Window
) -> tuple[list[T], int]:
    """Answer a window's rows, and how many there are in all; `ask` is given offset and limit."""
    rows: list[T] = []
    while True:
        wanted = min(PART, shown.limit - len(rows))
        part, total = await ask(shown.offset + len(rows), wanted)
        rows += part
        if len(part) < wanted or len(rows) == shown.limit:
            return rows, total
