"""Waiting in tests: always for a condition, always with a deadline, never for a time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(
    condition: Callable[[], T | Awaitable[T]], deadline: float = 10.0, poll: float = 0.01
) -> T:
    """Answer the condition's first truthy value; fail with its last one after `deadline` seconds."""
    end = time.monotonic() + deadline
    while True:
        found = condition()
        value = await found if inspect.isawaitable(found) else found
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {condition!r}, last value {value!r}")
        await asyncio.sleep(poll)
