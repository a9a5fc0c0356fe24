"""The six services on one nats-server, each of which a test may stop and start again by itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from telecine.gateway import service as gateway
from telecine.gateway.door import bind
from telecine.shared.settings import Settings
from telecine.shared.wire.bus import Bus, connected
from telecine.simulations.local import SERVICES, address
from telecine.simulations.nats_server import EmbeddedNats
from telecine.simulations.receiver import Receiver
from telecine.simulations.verify.house import verifier
from telecine.simulations.verify.queues import UnderWay, under_way
from tests import house
from tests.customer import Customer


class Rooms:
    """A running house, opened with `opened`. `bus` is the test's own connection."""

    def __init__(
        self, settings: Settings, server: EmbeddedNats, bus: Bus, receiver: Receiver
    ) -> None:
        self.settings = settings
        self.server = server
        self.bus = bus
        self.receiver = receiver
        self._stacks: dict[str, list[AsyncExitStack]] = {n: [] for n in (*SERVICES, "gateway")}

    async def start(self, name: str) -> None:
        """Start one (more) copy of a service."""
        stack = AsyncExitStack()
        await stack.enter_async_context(SERVICES[name].running(self.settings))
        self._stacks[name].append(stack)

    async def open_door(self) -> Customer:
        """Start one (more) gateway, on a port of its own. Answers a customer at its door."""
        stack = AsyncExitStack()
        self._stacks["gateway"].append(stack)
        door = bind(self.settings.host, 0)
        stack.callback(door.close)
        await stack.enter_async_context(gateway.running(self.settings, door))
        url = address(self.settings.host, door.getsockname())
        http = httpx.AsyncClient(base_url=url, verify=house.TLS, trust_env=False, timeout=20)
        return Customer(await stack.enter_async_context(http))

    async def stop(self, name: str) -> None:
        """Stop every copy of a service, wherever it is in its work; it gives back what it holds."""
        while self._stacks[name]:
            await self._stacks[name].pop().aclose()

    async def stop_all(self) -> None:
        for name in reversed(self._stacks):
            await self.stop(name)

    async def under_way(self) -> UnderWay:
        """Read the work queues and the timers."""
        return await under_way(self.bus)

    async def are_at_rest(self) -> bool:
        """Whether no message of a delivery is owed any more."""
        return not (await self.under_way()).owed

    async def timers_of(self, key: str) -> list[str]:
        """Answer the subjects in TIMERS that hold a timer of a delivery or video."""
        found = await self.bus.js.stream_info("TIMERS", subjects_filter=f"timer.*.{key}.*")
        return sorted(found.state.subjects or {})

    async def problems(self) -> list[str]:
        """Let `telecine verify` look at the house, until it is at rest; answer what is wrong."""
        async with verifier(self.settings) as verify:
            return (await verify.until_clean(patience=10)).problems


@asynccontextmanager
async def opened(data: Path, **changes: Any) -> AsyncIterator[tuple[Rooms, Customer]]:
    """Run a house on a data folder, service by service, with a receiver and a customer."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(EmbeddedNats(data))
        settings = house.settings(data, nats_url=server.url, **changes)
        receiver = await stack.enter_async_context(Receiver())
        bus = await stack.enter_async_context(connected(server.url, "test"))
        rooms = Rooms(settings, server, bus, receiver)
        stack.push_async_callback(rooms.stop_all)
        for name in SERVICES:
            await rooms.start(name)
        yield rooms, await rooms.open_door()
