"""One running copy of a service: its connection, its time, its heartbeat, its answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from faststream.nats import NatsBroker
from nats.errors import Error as NatsError

from telecine.shared.contracts.clock import GetClock
from telecine.shared.copies.heartbeat import Beating, host_token
from telecine.shared.copies.measured import Measured, watched
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.observing.metrics import Metrics
from telecine.shared.observing.tracing import Tracing, tracing_of
from telecine.shared.settings import Settings
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire import rpc
from telecine.shared.wire.bus import Bus, connected
from telecine.shared.wire.presence import HOUSE, present
from telecine.shared.wire.streams import bootstrap


@dataclass(frozen=True)
class Instance:
    """What a service is given to work with."""

    name: str
    settings: Settings
    bus: Bus
    broker: NatsBroker
    clock: VirtualClock
    beating: Beating
    stack: AsyncExitStack

    @property
    def metrics(self) -> Metrics:
        """What this process counts; shared by the services in it."""
        return self.bus.metrics

    @property
    def tracing(self) -> Tracing:
        """How this service's work is followed."""
        return self.bus.tracing

    async def ready(self) -> None:
        """Begin to answer, and say so; call it when everything behind the answers is up."""
        await self.broker.start()
        self.stack.push_async_callback(_stop, self.broker)
        for _ in range(2):  # until the server has our subscriptions; the first ping overtakes them
            await self.broker.connection.flush()
        self.beating.ready = True
        self.beating.beat()


@asynccontextmanager
async def instance(
    settings: Settings, name: str, metrics: Metrics | None = None
) -> AsyncIterator[Instance]:
    """Join the house as one copy of a service, in its present time, while the block lasts."""
    url = settings.nats_url
    if not url:
        raise Refusal("invalid", "set TELECINE_NATS_URL to the house's NATS server", "nats_url")
    async with AsyncExitStack() as stack:
        tracing, metrics = tracing_of(name), metrics or Metrics()
        stack.push_async_callback(tracing.close)
        bus = await stack.enter_async_context(connected(url, name, metrics, tracing))
        await bootstrap(bus.js)
        clock = VirtualClock(bus)
        beating = Beating(bus, name, f"{host_token()}{uuid4().hex[:6]}")
        clock.on_change(lambda: _acknowledge(beating, clock))
        if name != "clock":
            await _join_time(bus, clock, stack)
        await stack.enter_async_context(beating.running())
        broker = NatsBroker(
            url,
            logger=None,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.1,  # type: ignore[arg-type]  # nats-py takes parts of a second
            middlewares=[*tracing.middlewares(), Measured(metrics)],
        )
        me = Instance(name, settings, bus, broker, clock, beating, stack)
        stack.enter_context(watched(me))
        yield me


async def _join_time(bus: Bus, clock: VirtualClock, stack: AsyncExitStack) -> None:
    """Follow the clock from its first fact of this run: an older one would let a night pass."""
    while True:
        try:
            started = await rpc.call(bus, GetClock(), timeout=1)
        except Unavailable:
            await asyncio.sleep(0.05)
            continue
        break
    await stack.enter_async_context(clock.following())
    await clock.reached(started.sequence, timeout=10)
    await stack.enter_async_context(present(bus, HOUSE))  # time goes on where somebody follows it


async def _stop(broker: NatsBroker) -> None:
    try:
        await broker.stop()
    except NatsError:  # the server is away: there is nothing to finish, but a connection to end
        await broker.connection.close()


def _acknowledge(beating: Beating, clock: VirtualClock) -> None:
    beating.clock = clock.sequence
    beating.beat()
