"""Waiting in tests: always for a condition, always with a deadline, never for a time."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any


async def until(condition: Callable[[], Any], deadline: float = 10.0, poll: float = 0.01) -> Any:
    """Answer the first truthy value of a condition (awaited if it can be).

    Fails with its last value after `deadline` seconds.
    """
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {condition!r}, last value {value!r}")
        await asyncio.sleep(poll)
