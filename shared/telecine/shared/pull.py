"""Taking messages from a consumer: a pull that lingers at the server, so work comes at once.

Our own and not FastStream's, for whatever must not stall: see docs/decisions/0001-own-pull.md.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

import structlog
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from telecine.shared.bus import Bus
from telecine.shared.errors import BrokenMessage

log = structlog.get_logger()

Handle = Callable[[Msg], Awaitable[None]]

#: Seconds after which the server gives an unacknowledged message to somebody else.
ACK_WAIT = 5.0
_EXPIRES = 30.0
_HEARTBEAT = 2.0
_RETRY_FIRST, _RETRY_MOST = 0.05, 2.0


class Lingering:
    """Keeps a pull request open at one consumer and hands over what comes.

    `ensure` answers the consumer's name, making the consumer where needed; it is asked again after
    each reconnect. `room` answers how many more messages can be taken.
    """

    def __init__(
        self,
        bus: Bus,
        stream: str,
        *,
        window: int,
        ensure: Callable[[], Awaitable[str]],
        take: Callable[[Msg], None],
        room: Callable[[], int],
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._window = window
        self._ensure = ensure
        self._take = take
        self._room = room
        self._asked = 0  # messages that open requests may still bring
        self._heard = monotonic()
        self._wake = asyncio.Event()
        self._lost = True  # the consumer or our requests are gone: begin anew
        self._inbox: Subscription | None = None
        bus.on_reconnect(self._begin_anew)

    def refill(self) -> None:
        """Say that there may be room again."""
        if self._asked <= self._window // 2:
            self._wake.set()

    def _begin_anew(self) -> None:
        self._lost = True
        self._wake.set()

    async def run(self) -> None:
        """Pull for ever."""
        self._inbox = await self._bus.client.subscribe(
            self._bus.client.new_inbox(), cb=self._arrived
        )
        consumer = ""
        while True:
            try:
                if self._lost:
                    consumer = await self._ensure()
                    self._lost, self._asked, self._heard = False, 0, monotonic()
                await self._ask(consumer)
            except (NatsError, TimeoutError) as error:
                log.debug("pull.interrupted", stream=self._stream, error=repr(error))
                self._lost = True
                await asyncio.sleep(0.2)
                continue
            await self._until_needed()

    async def _ask(self, consumer: str) -> None:
        batch = min(self._window, self._room()) - self._asked
        if batch <= 0:
            return
        self._asked += batch
        request = {
            "batch": batch,
            "expires": int(_EXPIRES * 1e9),
            "idle_heartbeat": int(_HEARTBEAT * 1e9),
        }
        assert self._inbox is not None  # noqa: S101 - run() subscribed before
        await self._bus.client.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{consumer}",
            json.dumps(request).encode(),
            reply=self._inbox.subject,
        )

    async def _until_needed(self) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), _HEARTBEAT)
        except TimeoutError:
            if self._asked and monotonic() - self._heard > 3 * _HEARTBEAT:
                self._lost = True  # silence: not even heartbeats

    async def _arrived(self, message: Msg) -> None:
        self._heard = monotonic()
        status = (message.headers or {}).get("Status")
        if status is None or message.data:
            self._asked = max(0, self._asked - 1)
            self._take(message)
            self.refill()
        elif status != "100":
            self._ended(status, message)

    def _ended(self, status: str, message: Msg) -> None:
        """A request of ours is over; the server says how much of it was not served."""
        headers = message.headers or {}
        unserved = int(headers.get("Nats-Pending-Messages", self._asked))
        self._asked = max(0, self._asked - unserved)
        if status not in {"404", "408"}:
            log.debug("pull.ended", stream=self._stream, status=status, why=headers)
            self._lost = True
        self._wake.set()


class Pull:
    """A durable consumer's messages, handled by `concurrency` workers; 1 keeps their order.

    The handler acknowledges through the bus when all its effects are done. One that raises is
    called again with the same message, with growing pauses, for as long as it takes: nothing is
    skipped and nothing waits by nak. BrokenMessage gives the message up.
    """

    def __init__(
        self,
        bus: Bus,
        stream: str,
        durable: str,
        filters: list[str],
        handle: Handle,
        *,
        concurrency: int = 1,
        window: int = 256,
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._handle = handle
        self._concurrency = concurrency
        self._window = window
        self._config = ConsumerConfig(
            durable_name=durable,
            filter_subjects=filters,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_ack_pending=max(4 * window, 1000),
            deliver_policy=DeliverPolicy.ALL,
        )
        self._waiting: asyncio.Queue[Msg] = asyncio.Queue()
        self._held: dict[str, Msg] = {}  # by reply subject, since messages do not hash
        self._lingering = Lingering(
            bus,
            stream,
            window=window,
            ensure=self._ensure,
            take=self._take,
            room=lambda: self._window - len(self._held),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the block lasts; at its end, what was not begun is given back."""
        await self._ensure()
        tasks = [
            asyncio.create_task(self._lingering.run(), name=f"pull {self._config.durable_name}")
        ]
        tasks += [asyncio.create_task(self._work()) for _ in range(self._concurrency)]
        tasks.append(asyncio.create_task(self._keep()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._bus.is_connected:
                for message in self._held.values():
                    await self._bus.give_back(message)

    async def _ensure(self) -> str:
        await self._bus.js.add_consumer(self._stream, self._config)
        return str(self._config.durable_name)

    def _take(self, message: Msg) -> None:
        self._held[message.reply] = message
        self._waiting.put_nowait(message)

    async def _work(self) -> None:
        while True:
            message = await self._waiting.get()
            await self._until_done(message)
            self._held.pop(message.reply, None)
            self._lingering.refill()

    async def _until_done(self, message: Msg) -> None:
        pause = _RETRY_FIRST
        while True:
            try:
                await self._handle(message)
            except BrokenMessage as error:
                log.error("message.broken", subject=message.subject, error=str(error))
                await self._bus.give_up(message)
            except Exception as error:
                log.warning(
                    "message.retried", subject=message.subject, error=repr(error), exc_info=True
                )
                await asyncio.sleep(pause)
                pause = min(2 * pause, _RETRY_MOST)
                continue
            return

    async def _keep(self) -> None:
        """Ask for more time for everything that we hold."""
        while True:
            await asyncio.sleep(ACK_WAIT / 3)
            for message in tuple(self._held.values()):
                await self._bus.still_working(message)


class Follow:
    """Everything in a stream (under a filter), from the first message on, for one instance's eyes.

    Nothing is acknowledged. After a reconnect it begins anew with `reset`, since a server that was
    killed may have lost its last messages and given their sequences to others.
    """

    def __init__(
        self,
        bus: Bus,
        stream: str,
        subject: str,
        take: Callable[[Msg], None],
        *,
        reset: Callable[[], None],
        last_only: bool = False,
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._subject = subject
        self._give = take
        self._reset = reset
        self._policy = DeliverPolicy.LAST if last_only else DeliverPolicy.ALL
        self._generation = ""
        self.caught_up = asyncio.Event()
        self._lingering = Lingering(
            bus, stream, window=2000, ensure=self._ensure, take=self._take, room=lambda: 2000
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow while the block lasts; it begins once everything stored so far was given."""
        task = asyncio.create_task(self._lingering.run(), name=f"follow {self._stream}")
        try:
            await self.caught_up.wait()
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _ensure(self) -> str:
        self.caught_up.clear()
        config = ConsumerConfig(
            filter_subject=self._subject,
            ack_policy=AckPolicy.NONE,
            deliver_policy=self._policy,
            inactive_threshold=60,
            mem_storage=True,
        )
        info = await self._bus.js.add_consumer(self._stream, config)
        self._reset()
        self._generation = info.name
        if not info.num_pending:
            self.caught_up.set()
        return info.name

    def _take(self, message: Msg) -> None:
        if message.metadata.consumer != self._generation:
            return  # a straggler of the consumer before the reconnect
        self._give(message)
        if not message.metadata.num_pending:
            self.caught_up.set()
