"""Being told to stop: SIGINT (Ctrl-C) and SIGTERM become an event; a second one ends us at once."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """Answer an event that is set by the first signal; inside a running event loop only."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        stopped.set()
        for each in _SIGNALS:
            loop.remove_signal_handler(each)

    for each in _SIGNALS:
        loop.add_signal_handler(each, stop)
    try:
        yield stopped
    finally:
        for each in _SIGNALS:
            loop.remove_signal_handler(each)


@contextmanager
def cut_off_by(stopped: asyncio.Event) -> Iterator[None]:
    """Leave the block, wherever it waits, when we are told to stop; behind it `stopped` tells whether.

    For what takes its time to open, or for ever: what waits for a server that is away has not come to
    where it looks for a signal.
    """
    task = asyncio.current_task()
    assert task is not None

    async def watch() -> None:
        await stopped.wait()
        task.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if not stopped.is_set():
            raise
        task.uncancel()
    finally:
        watching.cancel()
