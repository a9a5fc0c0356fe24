"""Work for pulls under test: numbered messages in the work queue DUE, and a handler that notes them."""

import asyncio
from collections.abc import Awaitable, Callable

from nats.aio.msg import Msg

from telecine.shared.wire.bus import Bus
from telecine.shared.wire.holding import ACK_WAIT
from telecine.shared.wire.pull import Pull, singly

Hook = Callable[[Msg], Awaitable[None]]


async def offer(bus: Bus, *numbers: int) -> None:
    """Store messages, one after the other."""
    for number in numbers:
        await bus.publish("due.test.work", str(number).encode())


def number_of(message: Msg) -> int:
    return int(message.data)


class Worker:
    """Notes what it is handed in `begun`, runs a hook, acknowledges, notes it in `done`.

    `redelivered` holds the numbers that the bus called redelivered.
    """

    def __init__(self, bus: Bus, hook: Hook | None = None) -> None:
        self.bus = bus
        self.begun: list[int] = []
        self.done: list[int] = []
        self.redelivered: list[int] = []
        self._hook = hook

    async def handle(self, message: Msg) -> None:
        self.begun.append(number_of(message))
        if self.bus.redelivered(message):
            self.redelivered.append(number_of(message))
        if self._hook:
            await self._hook(message)
        await self.bus.ack(message)
        self.done.append(number_of(message))


def pull(
    worker: Worker, *, concurrency: int = 1, window: int = 256, ack_wait: float = ACK_WAIT
) -> Pull:
    """Answer a pull of the test's work, on one durable however often it is called."""
    return Pull(
        worker.bus,
        "DUE",
        "test-due",
        ["due.test.>"],
        singly(worker.handle),
        concurrency=concurrency,
        window=window,
        ack_wait=ack_wait,
    )


async def is_left(bus: Bus, messages: int) -> bool:
    """Whether so many messages are still owed to somebody. To be waited for: NATS takes an
    acknowledgement when it comes to it."""
    return (await bus.js.stream_info("DUE")).state.messages == messages


async def heard(bus: Bus, subject: str) -> list[Msg]:
    """Answer a list that fills with what is said on a subject from now on."""
    said: list[Msg] = []

    async def note(message: Msg) -> None:
        said.append(message)

    await bus.client.subscribe(subject, cb=note)
    await bus.client.flush()
    return said


async def for_ever(_: Msg) -> None:
    """A handler that hangs."""
    await asyncio.Event().wait()
