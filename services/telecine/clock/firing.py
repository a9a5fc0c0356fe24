"""Firing: what is due is published to who set it, then its message is deleted by sequence.

A crash between the two fires again; the handler knows by the generation (DESIGN §4).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NotFoundError

from telecine.clock.heap import Held, TimerHeap
from telecine.shared.bus import Bus
from telecine.shared.errors import BrokenMessage, Unavailable
from telecine.shared.pull import Follow
from telecine.shared.timers import fired_headers, parse_timer
from telecine.shared.virtual_time import VirtualClock, wall_now

log = structlog.get_logger()

#: Timers that are fired, and messages that are deleted, side by side.
ABREAST = 256
_RETRY = 0.2


class Firing:
    """Follows the stream of timers and fires each when virtual time has come."""

    def __init__(self, bus: Bus, clock: VirtualClock) -> None:
        self._bus = bus
        self._clock = clock
        self._heap = TimerHeap()
        self._wake = asyncio.Event()
        self._deletes: asyncio.Queue[list[int]] = asyncio.Queue()
        self._follow = Follow(bus, "TIMERS", "timer.>", self._take, reset=self._heap.clear)
        clock.on_change(self._wake.set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Fire while the block lasts; it begins when all held timers are known."""
        async with self._follow.running():
            tasks = [asyncio.create_task(self._run(), name="firing")]
            tasks += [asyncio.create_task(self._delete()) for _ in range(8)]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _take(self, message: Msg) -> None:
        try:
            obsolete = self._put(message.metadata.sequence.stream, message.subject, message.data)
        except BrokenMessage as error:
            log.error("timer.broken", error=str(error))
            return
        if obsolete:
            self._deletes.put_nowait(obsolete)
        self._wake.set()

    def _put(self, sequence: int, subject: str, body: bytes) -> list[int]:
        timer = parse_timer(subject, body)
        if timer:
            return self._heap.set(sequence, timer)
        _, service, key, generation = subject.split(".")
        return self._heap.cancel(sequence, service, key, int(generation))

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            if self._follow.caught_up.is_set():
                due = self._heap.pop_due(self._clock.now(), ABREAST)
                await asyncio.gather(*(self._fire(held) for held in due))
                if due:
                    continue
            await self._until_next()

    async def _until_next(self) -> None:
        due = self._heap.next_due()
        wait = self._clock.anchor.wall_seconds_until(due, wall_now()) if due else None
        if not self._follow.caught_up.is_set():
            wait = _RETRY
        try:
            await asyncio.wait_for(self._wake.wait(), wait)
        except TimeoutError:
            return

    async def _fire(self, held: Held) -> None:
        timer = held.timer
        try:
            await self._bus.publish(
                f"due.{timer.service}.{timer.key}",
                json.dumps(timer.payload).encode(),
                headers=fired_headers(timer),
                message_id=timer.id,
            )
        except Unavailable as error:
            log.warning("timer.waits", timer=timer.id, error=str(error))
            await asyncio.sleep(_RETRY)
            self._heap.set(held.sequence, timer)
            return
        log.debug("timer.fired", timer=timer.id, correlation_id=timer.payload.get("correlation"))
        self._deletes.put_nowait([held.sequence])
        self._heap.forget(timer)

    async def _delete(self) -> None:
        while True:
            for sequence in await self._deletes.get():
                try:
                    await self._bus.js.delete_msg("TIMERS", sequence)
                except NotFoundError:
                    continue
                except (APIError, NatsError, TimeoutError) as error:
                    # It will be found again after the reconnect, fired again, and deleted then.
                    log.debug("timer.not_deleted", sequence=sequence, error=repr(error))
