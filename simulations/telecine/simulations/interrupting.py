"""Ctrl-C and SIGTERM as a cancellation, so that whatever is open is closed and nothing stays."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from telecine.simulations.stopping import stop_signal

EXIT_INTERRUPTED = 130


async def unless_stopped(work: Coroutine[Any, Any, int]) -> int:
    """Answer the work's exit status; on the first signal cancel it, await its end, answer 130."""
    with stop_signal() as stopped:
        working = asyncio.create_task(work)
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
        stopping.cancel()
        try:
            return await working
        except asyncio.CancelledError:
            return EXIT_INTERRUPTED
