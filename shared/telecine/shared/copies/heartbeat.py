"""Signs of life: every instance says twice a second who it is, and how far it follows the clock.

Core NATS, not stored. The clock takes them as acknowledgements of its changes, the gateway as
readiness, and a starting service as the sign that the clock's last fact is of this run.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import gethostname
from time import monotonic

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from telecine.shared.events import Wire
from telecine.shared.ids import hex_of
from telecine.shared.tasks import alongside
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

PERIOD = 0.5
#: Seconds after which an instance that says nothing counts as gone.
GONE_AFTER = 2.0


def host_token() -> str:
    """Answer how the names of all instances on this machine (or container) begin."""
    return hex_of(gethostname())[:6]


class Heartbeat(Wire):
    """One instance's sign of life. `clock` is the sequence of the last clock fact it follows.

    `ready`: it does its service's work. `standing_by`: it would, if the owner were gone.
    """

    service: str
    instance: str
    clock: int
    ready: bool
    standing_by: bool = False


class Beating:
    """Sends this instance's heartbeats; `beat()` sends one at once."""

    def __init__(self, bus: Bus, service: str, instance: str) -> None:
        self._bus = bus
        self.service = service
        self.instance = instance
        self._now = asyncio.Event()
        self.clock = 0
        self.ready = False
        self.troubled = False  # something that the service needs is away
        self.standing_by = False

    def beat(self) -> None:
        self._now.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with alongside(f"heartbeat {self.service}", self._run()):
            yield

    async def _run(self) -> None:
        while True:
            self._now.clear()
            if self._bus.is_connected:  # a beat from before an outage would be a lie after it
                await self._send()
            try:
                async with asyncio.timeout(PERIOD):
                    await self._now.wait()
            except TimeoutError:
                continue

    async def _send(self) -> None:
        beat = Heartbeat(
            service=self.service,
            instance=self.instance,
            clock=self.clock,
            ready=self.ready and not self.troubled and not self._bus.storing.is_in_vain,
            standing_by=self.standing_by,
        )
        subject = f"heartbeat.{self.service}.{self.instance}"
        try:
            await self._bus.client.publish(subject, beat.model_dump_json().encode())
        except NatsError as error:
            log.warning("heartbeat.not_sent", error=repr(error))


class Pulse:
    """Everybody's heartbeats, as one instance hears them."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._last: dict[str, tuple[float, Heartbeat]] = {}
        self._heard = asyncio.Event()
        self._since = monotonic()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        self._listen_anew()
        subscription = await self._bus.client.subscribe("heartbeat.*.*", cb=self._take)
        try:
            with self._bus.on_reconnect(self._listen_anew):
                yield
        finally:
            if self._bus.is_connected:
                await subscription.unsubscribe()

    def alive(self) -> list[Heartbeat]:
        """Answer the last beat of every instance that is not gone."""
        oldest = monotonic() - GONE_AFTER
        self._last = {k: v for k, v in self._last.items() if v[0] >= oldest}
        return [beat for _, beat in self._last.values()]

    async def settled(self) -> None:
        """Wait until we have listened for so long that everybody alive was heard."""
        await asyncio.sleep(max(0.0, self._since + 1.5 * PERIOD - monotonic()))

    async def next_beat(self, timeout: float) -> bool:
        """Wait for any beat; False if none comes in `timeout` seconds."""
        self._heard.clear()
        try:
            async with asyncio.timeout(timeout):
                await self._heard.wait()
        except TimeoutError:
            return False
        return True

    def _listen_anew(self) -> None:
        self._since = monotonic()

    async def _take(self, message: Msg) -> None:
        try:
            beat = Heartbeat.model_validate_json(message.data)
        except ValueError as error:
            log.warning("heartbeat.unreadable", subject=message.subject, error=str(error))
            return
        self._last[beat.instance] = (monotonic(), beat)
        self._heard.set()
