"""The way to a gateway that may be away, or too busy to keep a connection."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.customer import Customer

#: Seconds until who was killed is up again; a busy machine starts Python slowly.
UP_WITHIN = 120.0


class Door(httpx.AsyncHTTPTransport):
    """Answers 503 where nobody does, as a proxy would; a customer asks again then, under the same key."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = await super().handle_async_request(request)
            await answer.aread()  # whoever is killed may have sent the head already
            return answer
        except httpx.TransportError:
            return httpx.Response(httpx.codes.SERVICE_UNAVAILABLE)


@asynccontextmanager
async def customer_at(url: str) -> AsyncIterator[Customer]:
    """Answer a customer at such a door while the block lasts."""
    async with httpx.AsyncClient(
        transport=Door(), base_url=url, trust_env=False, timeout=20
    ) as http:
        yield Customer(http, UP_WITHIN)
