"""Who is sent to next: a lane for each endpoint, and a number of slots that all of them share.

Fair by construction: lanes take turns. A lane has no more attempts under way than its cap, never more
than there are slots left for the others (the dynamic threshold of Choudhury and Hahne, 1998), and no
more than its window: a few at first, one more for each answer, half as many when nobody answers (as TCP
does, RFC 5681). So receivers that hang from the start cost a few slots each, and one that begins to
hang later gives back what it had.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from telecine.delivery.breaker import CLOSED, Breaker

J = TypeVar("J")

#: Seconds that the first in a lane may wait before the lane counts as slow: if nothing under way there
#: has ended meanwhile, and if it flows.
PATIENCE, LONGEST = 0.25, 2.0
#: Attempts that may be under way at an endpoint of which nothing is known.
START = 8


@dataclass(eq=False, slots=True)
class Lane(Generic[J]):
    """One endpoint's work in this process. `cap` and `window` are how many attempts may be under way.

    `waiting` has each job with the moment since which it waits. `slow`: what waits beyond the cap
    is better parked, since it keeps messages of others from being taken.
    """

    endpoint_id: str
    cap: int
    window: int
    waiting: deque[tuple[float, J]] = field(default_factory=deque)
    busy: int = 0
    slow: bool = False
    breaker: Breaker = CLOSED
    moved: float = 0.0  # when an attempt there has ended last
    turning: Breaker | None = None  # what the breaker is to be as soon as that is on record
    queued: bool = False

    @property
    def is_full(self) -> bool:
        return self.busy >= self.cap or self.busy >= self.window

    def hear(self, *, silence: bool) -> None:
        """Widen the window for an answer, whatever it says; halve it if there was none."""
        self.window = max(1, self.window // 2) if silence else min(self.cap, self.window + 1)


class Lanes(Generic[J]):
    """The lanes and the slots. `work` makes one attempt; it raises nothing. `start` is how wide a lane's
    window is at first."""

    def __init__(
        self,
        slots: int,
        work: Callable[[Lane[J], J], Awaitable[None]],
        *,
        now: Callable[[], float],
        start: int = START,
    ) -> None:
        self._slots = slots
        self._work = work
        self._now = now
        self._start = start
        self._lanes: dict[str, Lane[J]] = {}
        self._turns: deque[Lane[J]] = deque()
        self._idle: list[asyncio.Future[tuple[Lane[J], J]]] = []
        self._runners: set[asyncio.Task[None]] = set()
        self._closed = False
        self._quiet = asyncio.Event()
        self.busy = 0

    def of(self, endpoint_id: str, cap: int) -> Lane[J]:
        """Answer an endpoint's lane, with the cap of now."""
        lane = self._lanes.get(endpoint_id)
        if lane is None:
            lane = self._lanes[endpoint_id] = Lane(endpoint_id, cap, self._start)
        lane.cap = cap
        return lane

    def known(self, endpoint_id: str) -> Lane[J] | None:
        """Answer an endpoint's lane, if it has one."""
        return self._lanes.get(endpoint_id)

    def put(self, lane: Lane[J], job: J) -> None:
        """Let a job wait for its turn, which may be now."""
        lane.waiting.append((self._now(), job))
        if not lane.queued:  # else nothing is new: it is in the line
            self._queue(lane)
            self._let_in(lane)

    def surplus(self) -> Iterator[J]:
        """Take out of slow lanes what waits there beyond the cap, the last to come first."""
        now = self._now()
        for lane in tuple(self._lanes.values()):
            if not lane.waiting:
                lane.slow = False
                if not lane.busy and lane.breaker == CLOSED and not lane.turning:
                    del self._lanes[lane.endpoint_id]
                continue
            waited = now - lane.waiting[0][0]
            lane.slow = waited > LONGEST or min(waited, now - lane.moved) > PATIENCE
            while lane.slow and len(lane.waiting) > lane.cap:
                yield lane.waiting.pop()[1]

    def is_stuck(self, lane: Lane[J]) -> bool:
        """Whether a lane would put back what it is given now, as it did for a while."""
        is_still = self._now() - lane.moved > PATIENCE
        return lane.slow and is_still and len(lane.waiting) >= lane.cap

    def emptied(self, lane: Lane[J]) -> list[J]:
        """Take everything out of a lane that waits there."""
        jobs = [job for _, job in lane.waiting]
        lane.waiting.clear()
        return jobs

    def close(self) -> None:
        """Hand out no more; what is under way goes on."""
        self._closed = True

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self.busy:
            self._quiet.clear()
            await self._quiet.wait()

    async def stop(self) -> None:
        """End the runners, and with them what they have under way."""
        self.close()
        for runner in self._runners:
            runner.cancel()
        await asyncio.gather(*self._runners, return_exceptions=True)

    def _queue(self, lane: Lane[J]) -> None:
        if not lane.queued and lane.waiting and not lane.is_full:
            lane.queued = True
            self._turns.append(lane)

    def _let_in(self, lane: Lane[J]) -> None:
        """A lane may have become one that may send: for the others nothing has changed."""
        if lane.queued and lane.busy < self._slots - self.busy:
            self._hand_out()

    def _hand_out(self) -> None:
        while (self._idle or len(self._runners) < self._slots) and (found := self._next()):
            if self._idle:
                self._idle.pop().set_result(found)
            else:
                runner = asyncio.create_task(self._run(found))
                self._runners.add(runner)

    def _next(self) -> tuple[Lane[J], J] | None:
        """Answer the next job: of the lane whose turn it is, unless it would leave none to others."""
        turns, left = self._turns, self._slots - self.busy
        for _ in range(0 if self._closed else len(turns)):
            lane = turns.popleft()
            if not lane.waiting or lane.is_full:
                lane.queued = False
            elif lane.busy >= left:
                turns.append(lane)
            else:
                _, job = lane.waiting.popleft()
                lane.busy += 1
                self.busy += 1
                lane.queued = False
                self._queue(lane)
                return lane, job
        return None

    async def _run(self, found: tuple[Lane[J], J] | None) -> None:
        while True:
            if found is None:
                future: asyncio.Future[tuple[Lane[J], J]] = (
                    asyncio.get_running_loop().create_future()
                )
                self._idle.append(future)
                found = await future
            lane, job = found
            await self._work(lane, job)
            lane.busy -= 1
            lane.moved = self._now()
            self.busy -= 1
            if not self.busy:
                self._quiet.set()
            self._queue(lane)
            found = self._next()
            if found:
                self._let_in(lane)  # its window may be wider now, or this slot is another lane's
