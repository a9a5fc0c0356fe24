"""A second copy of the gateway beside a house's own, on the same NATS, tables and uploads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from telecine.gateway import service as gateway
from telecine.gateway.door import bind
from telecine.simulations.local import address
from tests.house import TestHouse


@asynccontextmanager
async def another_gateway(house: TestHouse) -> AsyncIterator[httpx.AsyncClient]:
    """Run it while the block lasts; answers a client of it."""
    door = bind("127.0.0.1", 0)
    url = address("127.0.0.1", door.getsockname())
    async with (
        gateway.running(house.settings, door),
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as http,
    ):
        yield http
