"""Signs of life: every instance says twice a second who it is, and how far it follows the clock.

Core NATS, not stored. The clock takes them as acknowledgements of its changes, the gateway as
readiness, and a starting service as the sign that the clock's last fact is of this run.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from nats.aio.msg import Msg

from telecine.shared.bus import Bus
from telecine.shared.events import Wire

PERIOD = 0.5
#: Seconds after which an instance that says nothing counts as gone.
GONE_AFTER = 2.0


class Heartbeat(Wire):
    """One instance's sign of life. `clock` is the sequence of the last clock fact it follows."""

    service: str
    instance: str
    clock: int
    ready: bool


class Beating:
    """Sends this instance's heartbeats; `beat()` sends one at once."""

    def __init__(self, bus: Bus, service: str, instance: str) -> None:
        self._bus = bus
        self._service = service
        self._instance = instance
        self._now = asyncio.Event()
        self.clock = 0
        self.ready = False

    def beat(self) -> None:
        self._now.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run(), name=f"heartbeat {self._service}")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._now.clear()
            beat = Heartbeat(
                service=self._service, instance=self._instance, clock=self.clock, ready=self.ready
            )
            if self._bus.is_connected:  # a beat from before an outage would be a lie after it
                await self._bus.client.publish(
                    f"heartbeat.{self._service}.{self._instance}", beat.model_dump_json().encode()
                )
            try:
                await asyncio.wait_for(self._now.wait(), PERIOD)
            except TimeoutError:
                continue


class Pulse:
    """Everybody's heartbeats, as one instance hears them."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._last: dict[str, tuple[float, Heartbeat]] = {}
        self._heard = asyncio.Event()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        subscription = await self._bus.client.subscribe("heartbeat.*.*", cb=self._take)
        try:
            yield
        finally:
            if self._bus.is_connected:
                await subscription.unsubscribe()

    def alive(self) -> list[Heartbeat]:
        """Answer the last beat of every instance that is not gone."""
        oldest = monotonic() - GONE_AFTER
        self._last = {k: v for k, v in self._last.items() if v[0] >= oldest}
        return [beat for _, beat in self._last.values()]

    async def next_beat(self, timeout: float) -> bool:
        """Wait for any beat; False if none comes in `timeout` seconds."""
        self._heard.clear()
        try:
            await asyncio.wait_for(self._heard.wait(), timeout)
        except TimeoutError:
            return False
        return True

    async def _take(self, message: Msg) -> None:
        beat = Heartbeat.model_validate_json(message.data)
        self._last[beat.instance] = (monotonic(), beat)
        self._heard.set()
