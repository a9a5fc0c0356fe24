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
