"""One request and its answer, from the moment that it is wanted to its end."""

import asyncio
from time import perf_counter
from typing import Protocol

from telecine.delivery.failure import timed_out
from telecine.delivery.outcome import Failure
from telecine.delivery.recording import Recording
from telecine.delivery.target import Origin


class Carrier(Protocol):
    """What an exchange is with at the moment: somebody who dials, or a connection."""

    def abort(self) -> None:
        """Let go of it at once; it ends by itself or has ended."""


class Exchange:
    """Awaited by the sender through `future`; ended once, by whoever is first."""

    __slots__ = (
        "carrier",
        "ended",
        "future",
        "is_wanted",
        "origin",
        "recording",
        "request",
        "slot",
        "timeout",
    )

    def __init__(
        self,
        origin: Origin,
        request: bytes,
        recording: Recording,
        timeout: float,
        future: asyncio.Future[Failure | None],
    ) -> None:
        self.origin = origin
        self.request = request  # head and body
        self.recording = recording
        self.timeout = timeout
        self.future = future
        self.carrier: Carrier | None = None
        self.is_wanted = True  # by a connection: none has adopted it yet
        self.ended = 0.0
        self.slot = 0

    def end(self, failure: Failure | None, now: float) -> None:
        """It has come to something: an answer (None), or a failure without or within one."""
        if not self.future.done():
            self.ended = now
            self.future.set_result(failure)

    def expire(self) -> None:
        """The deadline has passed. Its carrier goes with it: what comes now would change the record."""
        carrier = self.carrier
        self.end(timed_out(self.recording, self.timeout), perf_counter())
        if carrier is not None:
            self.carrier = None
            carrier.abort()

    def again(self, future: asyncio.Future[Failure | None]) -> None:
        """Begin once more, over a connection to be made; the time runs on."""
        self.recording = Recording(self.recording.started)
        self.is_wanted = True
        self.future = future
