"""One timer for every deadline: what waits for the same few milliseconds waits in one slot."""

import asyncio
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from time import perf_counter
from typing import Protocol

TICK = 0.02  # seconds: how late a deadline may be noticed; it is never noticed early


class Expiring(Protocol):
    """What waits for a deadline. `slot` is the wheel's to write."""

    slot: int

    def expire(self) -> None:
        """The deadline has passed."""


class Slots:
    """Who waits for which tick. Moments are seconds of one monotonic clock. Pure.

    `nearer` is called when something waits for a moment that is nearer than all others.
    """

    def __init__(self, nearer: Callable[[], object] = lambda: None) -> None:
        self._nearer = nearer
        self._waiting: dict[int, set[Expiring]] = {}
        self._order: list[int] = []  # the slots that there are, as a heap

    def add(self, item: Expiring, deadline: float) -> None:
        """Have an item wait for a deadline."""
        slot = item.slot = int(deadline / TICK) + 1
        waiting = self._waiting.get(slot)
        if waiting is not None:
            waiting.add(item)
            return
        self._waiting[slot] = {item}
        heappush(self._order, slot)
        if self._order[0] == slot:
            self._nearer()

    def discard(self, item: Expiring) -> None:
        """Have an item wait no longer; it is no error if it did not."""
        waiting = self._waiting.get(item.slot)
        if waiting is not None:
            waiting.discard(item)

    def nearest(self) -> float | None:
        """Answer the moment of the nearest slot; None if there is none."""
        return self._order[0] * TICK if self._order else None

    def passed(self, now: float) -> Iterator[Expiring]:
        """Take out whatever's deadline has passed."""
        while self._order and self._order[0] * TICK <= now:
            yield from self._waiting.pop(heappop(self._order))


class Wheel:
    """Expires items at their deadlines, in seconds of `perf_counter`, by one timer of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._slots = slots = Slots(self._wind)
        self._timer: asyncio.TimerHandle | None = None
        self.add, self.discard = slots.add, slots.discard

    def stop(self) -> None:
        """Expire nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _wind(self) -> None:
        nearest = self._slots.nearest()
        if nearest is not None:
            self.stop()
            delay = max(0.0, nearest - perf_counter())
            self._timer = self._loop.call_later(delay, self._turn)

    def _turn(self) -> None:
        for item in list(self._slots.passed(perf_counter())):
            item.expire()
        self._wind()  # also if the timer came a little early
