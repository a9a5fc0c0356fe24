"""Firing: what is due is published to who set it, then its message is deleted by sequence.

A crash between the two fires again; the handler knows by the generation (DESIGN §4).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from telecine.clock.heap import Held, TimerHeap
from telecine.shared.errors import BrokenMessage, Unavailable
from telecine.shared.tasks import alongside
from telecine.shared.time.timers import fired_headers, parse_timer
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.answers import Expect, WrongSequence
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.follow import Follow

log = structlog.get_logger()

#: Timers that are fired side by side.
ABREAST = 256
#: What the server says when there is nothing to delete at a sequence: two ways of the same.
NO_SUCH_MESSAGE = frozenset({10043, 10057})
_DELETES_ABREAST = 8
_RETRY = 0.2


class Firing:
    """Follows the stream of timers and fires each when virtual time has come.

    `steady` is held while timers are fired: whoever changes the speed takes it, so that no timer is
    fired by a time that is over. After a reconnect the stream is read anew (another `_reading`);
    what was under way before is dropped, since the new reading finds it again.

    Every firing expects `fence`. If the server refuses one, another clock fires by now: `overtaken`
    is called, nothing more is fired, and nothing is deleted that was not fired before.
    """

    def __init__(
        self,
        bus: Bus,
        clock: VirtualClock,
        fence: Expect,
        *,
        steady: asyncio.Lock,
        overtaken: Callable[[], None],
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._fence = fence
        self._steady = steady
        self._overtaken = overtaken
        self._may_fire = True
        self._heap = TimerHeap()
        self._wake = asyncio.Event()
        self._reading = 0
        self._deletes: asyncio.Queue[tuple[int, list[int]]] = asyncio.Queue()
        self._follow = Follow(bus, "TIMERS", "timer.>", self._take, reset=self._read_anew)
        clock.on_change(self._wake.set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Fire while the block lasts; it begins when all held timers are known."""
        deletes = (self._delete() for _ in range(_DELETES_ABREAST))
        async with self._follow.running(), alongside("firing", self._run(), *deletes):
            yield

    def _read_anew(self) -> None:
        self._reading += 1
        self._heap.clear()

    def _take(self, message: Msg) -> None:
        try:
            obsolete = self._put(message)
        except BrokenMessage as error:
            log.error("timer.broken", error=str(error))
            return
        self._delete_later(obsolete)
        self._wake.set()

    def _put(self, message: Msg) -> list[int]:
        sequence, subject = message.metadata.sequence.stream, message.subject
        timer = parse_timer(subject, message.data, message.headers)
        if timer:
            return self._heap.set(sequence, timer)
        _, service, key, generation = subject.split(".")
        return self._heap.cancel(sequence, service, key, int(generation))

    async def _run(self) -> None:
        while self._may_fire:
            self._wake.clear()
            try:
                fired = await self._fire_due()
            except Exception as error:
                log.error("firing.failed", error=repr(error), exc_info=True)
                await asyncio.sleep(_RETRY)
                continue
            if not fired:
                await self._until_next()

    async def _fire_due(self) -> bool:
        if not self._follow.caught_up.is_set():
            return False  # a timer that we have not read yet may be due before those we know
        async with self._steady:
            due = self._heap.pop_due(self._clock.now(), ABREAST)
            await asyncio.gather(*(self._fire(held) for held in due))
        return bool(due)

    async def _until_next(self) -> None:
        due = self._heap.next_due()
        wait = self._clock.anchor.wall_seconds_until(due, wall_now()) if due else None
        if not self._follow.caught_up.is_set():
            wait = _RETRY
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _fire(self, held: Held) -> None:
        timer, reading = held.timer, self._reading
        try:
            with self._bus.tracing.continuing(timer.trace):
                await self._bus.publish(
                    f"due.{timer.service}.{timer.key}",
                    json.dumps(timer.payload).encode(),
                    headers=fired_headers(timer),
                    message_id=timer.id,
                    expect=self._fence,
                )
        except WrongSequence:
            log.warning("timer.fenced", timer=timer.id)
            self._may_fire = False
            self._overtaken()
            return
        except Unavailable as error:
            log.warning("timer.waits", timer=timer.id, error=str(error))
            await asyncio.sleep(_RETRY)
            if reading == self._reading:
                self._delete_later(self._heap.set(held.sequence, timer))
            return
        log.debug("timer.fired", timer=timer.id, correlation_id=timer.payload.get("correlation"))
        if reading == self._reading:
            self._delete_later([held.sequence])
            self._heap.forget(timer)

    def _delete_later(self, sequences: list[int]) -> None:
        if sequences:
            self._deletes.put_nowait((self._reading, sequences))

    async def _delete(self) -> None:
        while True:
            reading, sequences = await self._deletes.get()
            while sequences and reading == self._reading:
                # In this order: what is superseded goes before what supersedes it.
                if await self._is_deleted(sequences[0]):
                    sequences = sequences[1:]
                else:
                    await asyncio.sleep(_RETRY)

    async def _is_deleted(self, sequence: int) -> bool:
        try:
            await self._bus.js.delete_msg("TIMERS", sequence)
        except (NatsError, TimeoutError) as error:
            if isinstance(error, APIError) and error.err_code in NO_SUCH_MESSAGE:
                return True
            log.debug("timer.not_deleted", sequence=sequence, error=repr(error))
            return False
        return True
