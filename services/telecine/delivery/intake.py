"""The intake: messages of a durable consumer, handed over at once, and held until they are done.

Unlike `Pull` it waits for nobody: a webhook may take its whole time-out, and those behind it may not.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from nats.aio.msg import Msg

from telecine.shared.tasks import alongside
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.holding import Holding
from telecine.shared.wire.lingering import Lingering


class Intake:
    """`take` is called with each message and who holds it until `Holding.done`; it raises nothing.
    `finish` ends what has begun, in bounded time."""

    def __init__(
        self,
        bus: Bus,
        stream: str,
        durable: str,
        filter_: str,
        take: Callable[[Msg, Holding], None],
        *,
        finish: Callable[[], Awaitable[None]],
        window: int,
    ) -> None:
        self._give = take
        self._finish = finish
        self._stopping = False
        self._handled = bus.metrics.counter(
            "telecine_messages_handled_total",
            "Messages that a consumer has handled; one may be retried, then done.",
            "consumer",
            "outcome",
        ).labels(durable, "done")
        self.holding = Holding(bus, stream, durable, [filter_], window=window, freed=self._freed)
        self._lingering = Lingering(
            bus,
            stream,
            window=window,
            ensure=self.holding.ensure,
            take=self._take,
            room=lambda: self.holding.room,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take messages while the block lasts; what is not done at its end is given back."""
        await self.holding.ensure()
        try:
            async with (
                self._lingering.running(),
                alongside(f"keep {self.holding.durable}", self.holding.keep()),
            ):
                try:
                    yield
                finally:
                    self._stopping = True  # what comes now is held, and given back
                    await self._finish()
        finally:
            await self.holding.give_back()

    def _take(self, message: Msg) -> None:
        if self.holding.takes(message) and not self._stopping:
            self._give(message, self.holding)

    def _freed(self, messages: int) -> None:
        self._handled.inc(messages)
        self._lingering.refill()
