"""As much of a house as delivery needs: NATS with file storage, the clock, subscriptions, endpoints."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from telecine.clock import service as clock
from telecine.shared.aggregates.endpoint import Active
from telecine.shared.contracts.subscriptions import (
    CreateEndpoint,
    EndpointWish,
    SetEndpointActive,
)
from telecine.shared.errors import TelecineError
from telecine.shared.settings import Settings
from telecine.shared.wire import rpc
from telecine.shared.wire.bus import Bus, connected
from telecine.simulations.bench.backlog import To
from telecine.simulations.bench.cores import Cores, pinned
from telecine.simulations.nats_server import EmbeddedNats
from telecine.subscriptions import service as subscriptions

_ORG = "bench"
_PLATFORM = "omega"
_TYPES = ("video.process_succeeded",)
_ABREAST = 32


@dataclass(frozen=True)
class SendingHouse:
    """`settings` are those of the services in this process, `bus` is the benchmark's own connection."""

    settings: Settings
    server: EmbeddedNats
    bus: Bus

    async def endpoints(self, urls: Sequence[str]) -> list[To]:
        """Make an endpoint for each URL, through subscriptions, so that their secrets are real."""
        limit = asyncio.Semaphore(_ABREAST)

        async def make(number: int, url: str) -> Active:
            async with limit:
                return await self._endpoint(f"{number}-{url}", url)

        made = await asyncio.gather(*(make(*each) for each in enumerate(urls)))
        last = (await self.bus.js.stream_info("ENDPOINTS")).state.last_seq
        return [To(each, last) for each in made]

    async def _endpoint(self, key: str, url: str) -> Active:
        command = CreateEndpoint(
            org=_ORG,
            request_id=key,
            correlation_id="bench",
            platform=_PLATFORM,
            request_key=key,
            wish=EndpointWish(url=url, types=_TYPES),
        )
        made = (await rpc.call(self.bus, command)).endpoint
        if not isinstance(made, Active):
            raise TelecineError(f"the endpoint {url} was made, but it is {made.kind}")
        return made

    async def switch_off(self, to: To) -> None:
        """Have an endpoint sent nothing more."""
        profile = to.endpoint.profile
        command = SetEndpointActive(
            org=profile.org,
            request_id=f"off-{profile.id}",
            correlation_id="bench",
            platform=profile.platform,
            endpoint_id=profile.id,
            active=False,
        )
        await rpc.call(self.bus, command)


@asynccontextmanager
async def sending_house(folder: Path, cores: Cores) -> AsyncIterator[SendingHouse]:
    """Run it on a folder while the block lasts; its processes on these cores."""
    server = EmbeddedNats(folder)
    with pinned(cores):
        await server.start()
    try:
        settings = Settings(
            data=folder, nats_url=server.url, database_url=None, egress="open", speed=1
        )
        async with (
            clock.running(settings),
            subscriptions.running(settings),
            connected(server.url, "bench") as bus,
        ):
            yield SendingHouse(settings, server, bus)
    finally:
        await server.stop()
