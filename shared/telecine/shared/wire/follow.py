"""Knowing everything that a stream holds and gets, without taking any of it away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from telecine.shared.wire.bus import Bus
from telecine.shared.wire.lingering import Lingering

log = structlog.get_logger()


class Follow:
    """Everything in a stream (under a filter), from the first message on, for one instance's eyes.

    Nothing is acknowledged. After a reconnect it begins anew with `reset`, since a server that was
    killed may have lost its last messages and given their sequences to others. `complete` is called
    when all that was stored by then has been given, each time. A message that `take` fails at is
    logged and passed over.
    """

    def __init__(
        self,
        bus: Bus,
        stream: str,
        subject: str,
        take: Callable[[Msg], None],
        *,
        reset: Callable[[], None],
        complete: Callable[[], None] = lambda: None,
        last_only: bool = False,
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._subject = subject
        self._give = take
        self._reset = reset
        self._complete = complete
        self._policy = DeliverPolicy.LAST if last_only else DeliverPolicy.ALL
        self._consumer = ""
        self._target = 0
        self.caught_up = asyncio.Event()
        self._lingering = Lingering(
            bus,
            stream,
            window=2000,
            ensure=self._ensure,
            take=self._take,
            room=lambda: 2000,
            # The last message may have been deleted before it came.
            idle=self._catch_up,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow while the block lasts; it begins once everything stored so far was given."""
        async with self._lingering.running():
            await self.caught_up.wait()
            yield

    async def _ensure(self) -> str:
        self.caught_up.clear()
        self._consumer = ""
        config = ConsumerConfig(
            filter_subject=self._subject,
            ack_policy=AckPolicy.NONE,
            deliver_policy=self._policy,
            inactive_threshold=60,
            mem_storage=True,
        )
        # Where "everything stored so far" ends. The server's own count of what is pending goes wrong
        # while messages are deleted.
        self._target = await self._last_position()
        info = await self._bus.js.add_consumer(self._stream, config)
        self._reset()
        self._consumer = info.name
        if not self._target:
            self._catch_up()
        return info.name

    async def _last_position(self) -> int:
        try:
            last = await self._bus.js.get_last_msg(self._stream, self._subject)
        except NotFoundError:
            return 0
        return last.seq or 0

    def _take(self, message: Msg) -> None:
        if message.metadata.consumer != self._consumer:
            return  # a straggler of the consumer before
        try:
            self._give(message)
        except Exception as error:  # noqa: BLE001 - what follows must not wait for it for ever
            log.error("follow.passed_over", subject=message.subject, error=repr(error))
        if message.metadata.sequence.stream >= self._target:
            self._catch_up()

    def _catch_up(self) -> None:
        # Without a consumer it is the one before that has no more.
        if self._consumer and not self.caught_up.is_set():
            self.caught_up.set()
            self._complete()
