"""The timers that wait, in the order in which they fall due. Pure: messages in, decisions out."""

import heapq
from dataclasses import dataclass
from datetime import datetime

from telecine.shared.time.timers import Timer


@dataclass(frozen=True)
class Held:
    """A timer and where its message is stored."""

    sequence: int
    timer: Timer


Key = tuple[str, str]


class TimerHeap:
    """Of each key only the highest generation waits; the others are to be deleted by sequence."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str, int]] = []
        self._held: dict[Key, Held] = {}
        self._highest: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._held)

    def clear(self) -> None:
        """Forget everything; the stream is about to be read anew."""
        self._heap.clear()
        self._held.clear()
        self._highest.clear()

    def set(self, sequence: int, timer: Timer) -> list[int]:
        """Hold a timer. Answers the sequences that nobody needs any more, in order."""
        key = (timer.service, timer.key)
        if timer.generation < self._highest.get(key, 0):
            return [sequence]
        superseded = [old for old in self._release(key) if old != sequence]  # not if heard twice
        self._highest[key] = timer.generation
        self._held[key] = Held(sequence, timer)
        heapq.heappush(self._heap, (timer.due, timer.id, sequence))
        return superseded

    def cancel(self, sequence: int, service: str, key: str, generation: int) -> list[int]:
        """Let a key's timer go. What is cancelled leaves the stream before its cancellation."""
        if generation < self._highest.get((service, key), 0):
            return [sequence]
        superseded = self._release((service, key))
        self._highest[service, key] = generation
        return [*superseded, sequence]

    def pop_due(self, now: datetime, most: int) -> list[Held]:
        """Take out up to `most` timers that are due, ordered by (due, subject)."""
        found: list[Held] = []
        while len(found) < most:
            top = self._top()
            if top is None or top.timer.due > now:
                break
            heapq.heappop(self._heap)
            del self._held[top.timer.service, top.timer.key]
            found.append(top)
        return found

    def next_due(self) -> datetime | None:
        """Answer when the next timer falls due."""
        top = self._top()
        return top.timer.due if top else None

    def forget(self, timer: Timer) -> None:
        """Say that a fired timer's message is gone from the stream."""
        key = (timer.service, timer.key)
        if key not in self._held and self._highest.get(key) == timer.generation:
            del self._highest[key]

    def _release(self, key: Key) -> list[int]:
        held = self._held.pop(key, None)
        return [held.sequence] if held else []

    def _top(self) -> Held | None:
        """Answer the first entry of the heap that is still held; released ones fall out here."""
        while self._heap:
            _, timer_id, sequence = self._heap[0]
            service, key, _ = timer_id.split(".")
            held = self._held.get((service, key))
            if held and held.sequence == sequence:
                return held
            heapq.heappop(self._heap)
        return None
