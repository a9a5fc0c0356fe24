"""Taking messages from a durable consumer at once, to work on them, each until it is done.

Our own and not FastStream's, for whatever must not stall: see docs/decisions/0001-own-pull.md.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from time import perf_counter

import structlog
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

from telecine.shared.errors import BrokenMessage, surprise
from telecine.shared.tasks import alongside, pause_before
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.holding import ACK_WAIT, Holding
from telecine.shared.wire.lingering import Lingering

log = structlog.get_logger()

Handle = Callable[[Msg], Awaitable[None]]
HandleGroup = Callable[[list[Msg]], Awaitable[None]]

#: Seconds that a stopping service gives to what it has begun.
GRACE = 2.0


def singly(handle: Handle) -> HandleGroup:
    """Answer a handler of groups of one."""

    async def handle_one(group: list[Msg]) -> None:
        (message,) = group
        await handle(message)

    return handle_one


class Pull:
    """A durable consumer's messages, handled by `concurrency` workers; 1 keeps their order.

    A handler gets what waits, in order, up to `most` messages at once, and acknowledges them through
    the bus when all its effects are done. One that raises is called again with the same messages,
    with growing pauses, for as long as it takes: nothing is skipped and nothing waits by nak.
    BrokenMessage gives a message up (in a group, each is then tried alone). A handler may take
    longer than `ack_wait` seconds: the server is asked for more time. `linger` seconds are waited
    for what follows the first message of a group; for `expires` and `apart` see Lingering.
    """

    def __init__(
        self,
        bus: Bus,
        stream: str,
        durable: str,
        filters: list[str],
        handle: HandleGroup,
        *,
        most: int = 1,
        concurrency: int = 1,
        window: int = 256,
        ack_wait: float = ACK_WAIT,
        linger: float = 0.0,
        expires: float | None = None,
        apart: bool = False,
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._durable = durable
        self._handle = handle
        self._linger = linger
        self._most = most
        self._concurrency = concurrency
        self._holding = Holding(bus, stream, durable, filters, window=window, ack_wait=ack_wait)
        self._waiting: asyncio.Queue[Msg] = asyncio.Queue()
        self._busy = 0  # workers that are in the middle of something
        self._idle = asyncio.Event()
        self._stopping = False
        self._handled = bus.metrics.counter(
            "telecine_messages_handled_total",
            "Messages that a consumer has handled; one may be retried, then done.",
            "consumer",
            "outcome",
        )
        self._seconds = bus.metrics.histogram(
            "telecine_handling_duration_seconds",
            "How long a consumer's handler took, for a message or a group of them.",
            "consumer",
        )
        self._lingering = Lingering(
            bus,
            stream,
            window=window,
            ensure=self._ensure,
            take=self._take,
            room=self._room,
            expires=expires,
            apart=apart,
        )

    @property
    def config(self) -> ConsumerConfig:
        """The durable consumer as it is made at the server."""
        return self._holding.config

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the block lasts; at its end, what was begun may finish, and the rest is given back."""
        await self._ensure()
        work = (self._work() for _ in range(self._concurrency))
        try:
            async with (
                self._lingering.running(),
                alongside(f"work {self._durable}", self._holding.keep(), *work),
            ):
                try:
                    yield
                finally:
                    await self._finish()
        finally:
            await self._give_back()

    async def _finish(self) -> None:
        """Begin nothing new, and wait a moment for what was begun: an attempt cut off here would be
        made again by whoever comes next."""
        self._stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                while self._busy:
                    self._idle.clear()
                    await self._idle.wait()

    async def _ensure(self) -> str:
        return await self._holding.ensure()

    async def _give_back(self) -> None:
        await self._holding.give_back()

    def _room(self) -> int:
        return self._holding.room

    def _take(self, message: Msg) -> None:
        if self._holding.takes(message):
            self._waiting.put_nowait(message)

    async def _work(self) -> None:
        while True:
            group = [await self._waiting.get()]
            if self._stopping:
                return  # it is held still, and will be given back
            self._busy += 1
            try:
                await self._work_on(group)
            finally:
                self._busy -= 1
                self._idle.set()

    async def _work_on(self, group: list[Msg]) -> None:
        if self._linger:
            await asyncio.sleep(self._linger)
        while len(group) < self._most and not self._waiting.empty():
            group.append(self._waiting.get_nowait())
        await self._until_done(group)
        for message in group:
            self._holding.done(message)
        self._lingering.refill()

    async def _until_done(self, group: list[Msg]) -> None:
        tries = 0
        while not await self._try(group):
            for message in group:
                self._bus.failed(message)
            tries += 1
            await asyncio.sleep(pause_before(tries))

    async def _try(self, group: list[Msg]) -> bool:
        began = perf_counter()
        try:
            try:
                with self._traced(group):
                    await self._handle(group)
            except BrokenMessage as error:
                await self._broken(group, error)
                return True
        except Exception as error:
            subjects = [message.subject for message in group]
            log.warning(
                "message.retried", subjects=subjects, error=repr(error), exc_info=surprise(error)
            )
            self._count("retried", group)
            return False
        self._seconds.labels(self._durable).observe(perf_counter() - began)
        self._count("done", group)
        return True

    def _traced(self, group: list[Msg]) -> AbstractContextManager[None]:
        """A message handled alone has a span; of a group each is another trace's, for its handler."""
        if self._most > 1:
            return nullcontext()
        message, consumer = group[0], self._durable
        return self._bus.tracing.handling(message.subject, consumer, message.headers)

    def _count(self, outcome: str, group: list[Msg]) -> None:
        self._handled.labels(self._durable, outcome).inc(len(group))

    async def _broken(self, group: list[Msg], error: BrokenMessage) -> None:
        if len(group) > 1:
            for message in group:
                await self._until_done([message])
            return
        log.error("message.broken", subject=group[0].subject, error=str(error))
        self._count("broken", group)
        await self._bus.give_up(group[0])
