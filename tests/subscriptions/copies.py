"""Copies of the fan-out on one server and one database: each may be cut off in the middle of its work."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from nats.aio.msg import Msg

from telecine.clock import time_line
from telecine.shared.aggregates.endpoint import Active, Living, Profile
from telecine.shared.aggregates.signing_keys import SigningKey
from telecine.shared.copies.leading import leading
from telecine.shared.events.clock import ClockStarted
from telecine.shared.events.endpoint import EndpointSettings, Subscription
from telecine.shared.log.eventlog import direct_get
from telecine.shared.sending.owed import Owed, parse_owed
from telecine.shared.tables.database import opened
from telecine.shared.tables.schema import folded
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.bus import Bus, connected
from telecine.subscriptions.fan_out import LEASE, FanOut
from telecine.subscriptions.schema import SCHEMA
from telecine.subscriptions.view import EndpointView
from tests.shared.videos import ORG, minute

TYPES = ("video.uploaded", "video.process_succeeded")


def endpoint(name: str, ordering: str = "none", types: tuple[str, ...] = TYPES) -> Active:
    """Answer an endpoint of OmegaStream that asks for an order."""
    settings = EndpointSettings.model_validate({"ordering": ordering})
    subscription = Subscription(url="http://127.0.0.1/", types=types, settings=settings)
    keys = (SigningKey("k", "v1"),)
    profile = Profile(ORG, name, 1, "omega", name, keys, subscription, minute(1), minute(1))
    return Active(profile)


class Copy:
    """One copy. `dead` makes it end without giving anything back, as a kill does."""

    def __init__(self, bus: Bus, stack: AsyncExitStack) -> None:
        self.bus = bus
        self._stack = stack

    async def die(self) -> None:
        await self.bus.client.close()
        await self._stack.aclose()

    async def stop(self) -> None:
        await self._stack.aclose()


class Copies:
    """Starts copies; use `copies`."""

    def __init__(self, url: str, database_url: str) -> None:
        self._url = url
        self._database_url = database_url
        self._started: list[Copy] = []

    async def start(self, name: str) -> Copy:
        """Start a copy; it leads, or stands by behind one that does."""
        stack = AsyncExitStack()
        bus = await stack.enter_async_context(connected(self._url, name))
        database = await stack.enter_async_context(opened(self._database_url, SCHEMA))
        clock = VirtualClock(bus)
        await stack.enter_async_context(clock.following())
        fan_out = FanOut(bus, database, clock, name=name, fidelity="documented")
        await stack.enter_async_context(leading(bus, LEASE, name, fan_out.reign))
        self._started.append(Copy(bus, stack))
        return self._started[-1]

    async def show(self, *endpoints: Living, since: int = 1) -> None:
        """Let matching know endpoints, by facts from a position on."""
        async with opened(self._database_url, SCHEMA) as database:
            async with database.alone() as connection:
                await connection.run_sync(folded, SCHEMA.views[0])  # else each copy makes it anew
            view = EndpointView(database)
            for sequence, each in enumerate(endpoints, since):
                await view.put(each, sequence)

    async def end(self) -> None:
        for copy in self._started:
            await copy.stop()


@asynccontextmanager
async def copies(bus: Bus, url: str, database_url: str) -> AsyncIterator[Copies]:
    """Let a test start copies on a server; none is left behind."""
    await time_line.append(bus, ClockStarted(now=minute(60), wall=wall_now(), speed=1), 0)
    started = Copies(url, database_url)
    try:
        yield started
    finally:
        await started.end()


async def owed_in_order(bus: Bus) -> list[Owed]:
    """Answer what is owed, as it stands in the stream."""
    request = {"seq": 1, "batch": 10_000, "next_by_subj": "delivery.requested.>"}
    return [_owed(message) for message in await direct_get(bus, "DELIVERIES", request)]


def _owed(message: Msg) -> Owed:
    fields = message.headers or {}
    return parse_owed(fields["Nats-Subject"], fields, message.data)
