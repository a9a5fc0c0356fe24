"""A pull request that stays open at the server, so that messages come at once and not by polling."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

import structlog
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from telecine.shared.tasks import alongside
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

#: Seconds until the server ends a request that brought nothing.
EXPIRES = 30.0
#: Seconds of silence after which the server says that it is still there.
HEARTBEAT = 2.0
#: Seconds between two tries to make the consumer, at least.
PAUSE = 0.2
#: Seconds that the end may take.
GRACE = 2.0


class Lingering:
    """Keeps pull requests open at one consumer and hands over what comes.

    `ensure` answers the consumer's name, making the consumer where needed; it is asked again after
    each reconnect. `room` answers how many more messages can be taken. `idle` is called when the
    consumer has had nothing more to give for a while. `expires`: seconds until a request that brought
    nothing ends. `apart`: once it begins anew, what earlier requests still bring is dropped.
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
        idle: Callable[[], None] = lambda: None,
        expires: float | None = None,
        apart: bool = False,
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._window = window
        self._ensure = ensure
        self._take = take
        self._room = room
        self._idle = idle
        self._expires = expires
        self._apart = apart
        self._asked = 0  # messages that open requests may still bring
        self._few = 0  # of them, so that it is time to see whether there is room for more
        self._heard = self._begun = 0.0
        self._wake = asyncio.Event()
        self._lost = True  # the consumer or our requests are gone: begin anew
        self._inbox = bus.client.new_inbox()
        self._subscription: Subscription | None = None
        self._beginning = 0

    def refill(self) -> None:
        """Say that there may be room again; it is asked for when half of it is not."""
        unasked = min(self._window, self._room()) - self._asked
        if unasked > 0 and unasked >= self._asked:
            self._wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Pull while the block lasts; at its end, all that the server has sent was taken.

        What it had only chosen to send when our subscription ended comes again after the ack wait.
        """
        with self._bus.on_reconnect(self.begin_anew):
            await self._subscribe()
            try:
                async with alongside(f"pull {self._stream}", self._run()):
                    yield
            finally:
                await self._end()

    async def _subscribe(self) -> None:
        self._subscription = await self._bus.client.hand_over(f"{self._inbox}.*", self._arrived)

    async def _leave_inbox(self) -> None:
        """Where nobody listens the server sends nothing more."""
        if self._subscription:
            await self._subscription.unsubscribe()
            self._subscription = None
        self._inbox = self._bus.client.new_inbox()

    async def _run(self) -> None:
        consumer = ""
        while True:
            self._wake.clear()  # first: what happens while we ask must not be overlooked
            try:
                if self._lost:
                    consumer = await self._begin()
                await self._ask(consumer)
            except Exception as error:  # noqa: BLE001 - a pull that stops would stop its service
                log.warning("pull.interrupted", stream=self._stream, error=repr(error))
                self._lost = True
                continue
            await self._until_needed()

    def begin_anew(self) -> None:
        """Give up the requests that are open, and ask again from the consumer on."""
        self._lost = True
        self._wake.set()

    async def _begin(self) -> str:
        await asyncio.sleep(max(0.0, self._begun + PAUSE - monotonic()))
        self._lost, self._begun = False, monotonic()  # before: it may be lost again meanwhile
        if self._apart:
            await self._leave_inbox()
        consumer = await self._ensure()
        if self._subscription is None:
            await self._subscribe()
        self._beginning += 1
        self._asked, self._heard = 0, monotonic()
        return consumer

    @property
    def _reply(self) -> str:
        return f"{self._inbox}.{self._beginning}"

    async def _ask(self, consumer: str) -> None:
        batch = min(self._window, self._room()) - self._asked
        if batch <= 0:
            return
        self._asked += batch
        self._few = self._asked // 2
        expires = self._expires or EXPIRES
        request = {
            "batch": batch,
            "expires": int(expires * 1e9),
            "idle_heartbeat": int(min(HEARTBEAT, expires / 2) * 1e9),
        }
        await self._bus.pull(self._stream, consumer, request, self._reply)

    async def _until_needed(self) -> None:
        try:
            async with asyncio.timeout(HEARTBEAT):
                await self._wake.wait()
        except TimeoutError:
            if self._asked and monotonic() - self._heard > 3 * HEARTBEAT:
                log.warning("pull.silent", stream=self._stream)  # not even heartbeats
                self._lost = True

    def _arrived(self, message: Msg) -> None:
        if message.data or (status := (message.headers or {}).get("Status")) is None:
            self._heard = monotonic()
            self._asked = max(0, self._asked - 1)
            self._take(message)
            if self._asked <= self._few:
                self.refill()
        elif message.subject == self._reply:  # else it speaks of a request that we count no more
            self._heard = monotonic()
            self._told(status, message.headers or {})

    def _told(self, status: str, headers: dict[str, str]) -> None:
        """The server says that there is nothing now, or how much of a request was not served."""
        if status == "100":
            self._idle()
            return
        unserved = int(headers.get("Nats-Pending-Messages", self._asked))
        self._asked = max(0, self._asked - unserved)
        if status not in {"404", "408"}:
            log.debug("pull.ended", stream=self._stream, status=status, why=headers)
            self._lost = True
        self._wake.set()

    async def _end(self) -> None:
        if self._subscription is None:
            return
        with suppress(NatsError, TimeoutError):
            if self._bus.is_connected:
                async with asyncio.timeout(GRACE):
                    await self._subscription.drain()  # type: ignore[no-untyped-call]  # nats-py's own lack
            else:
                await self._subscription.unsubscribe()
