"""A receiver that answers by what a webhook is about, and endpoints with settings of their own."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from telecine.simulations.receiver import Answer, Received, Receiver
from tests.customer import Customer


class Deciding(Receiver):
    """Answers each request as `decide` says; the default is 200. `most` is how many it had to answer at
    the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.decide: Callable[[Received], Answer] = lambda _: Answer()
        self.most = self._busy = 0

    async def _take(self, request: web.Request) -> web.Response:
        taken = self._remember(request.path, request.headers, await request.read())
        answer = self.decide(taken)
        self._busy += 1
        self.most = max(self.most, self._busy)
        try:
            await asyncio.sleep(answer.delay)
        finally:
            self._busy -= 1
        return web.Response(status=answer.status, text=answer.body, headers=answer.headers)


def about(taken: Received) -> str:
    """Answer which video a webhook of OmegaStream's is about, by its title."""
    return str(taken.json()["data"]["video"]["title"])


async def endpoint(
    customer: Customer, url: str, types: list[str] | None = None, **settings: Any
) -> str:
    """Have OmegaStream's events sent to a URL in the way that the settings say."""
    body = {"platform": "omega", "url": url, "types": types or ["*"], "settings": settings}
    return str((await customer.call("POST", "/v1/endpoints", body, status=201))["id"])
