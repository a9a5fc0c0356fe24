"""Requests are written together, at the end of a turn of the loop, instead of each by itself.

A receiver on the same machine, or a kernel's network stack, is awake for the second request of a
batch, and has to be woken for each one that comes by itself: that was a fifth of a request's cost.
"""

import asyncio
from typing import Protocol


class Writer(Protocol):
    """Who has a request to write."""

    def write_request(self) -> None:
        """Do it, if it is still wanted. Raises nothing."""


class Outbox:
    """Who has posted a request writes it when everybody else of this turn has posted theirs."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._posted: list[Writer] = []

    def post(self, writer: Writer) -> None:
        if not self._posted:
            self._loop.call_soon(self._flush)
        self._posted.append(writer)

    def _flush(self) -> None:
        posted, self._posted = self._posted, []
        for writer in posted:
            writer.write_request()
