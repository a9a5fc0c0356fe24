"""The `/v1` control API: secrets, deliveries, virtual time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from telecine.simulations.clients.api import Api
from telecine.simulations.clients.things import Endpoint

_PAGE = 200


class Control:
    """What every organisation may ask of the house, whichever platform it plays."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def secret_of(self, endpoint: Endpoint) -> str:
        """Answer the Standard Webhooks secret that an endpoint's webhooks are signed with."""
        found = await self._api.call("GET", f"/v1/endpoints/{endpoint.id}/secret")
        return str(found["secret"])

    async def deliveries(self, **selectors: str) -> list[dict[str, Any]]:
        """Answer what was owed, newest first, by `endpoint_id`, `video_id`, `type`, `state`."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            params = {**selectors, **cursor, "limit": _PAGE}
            page = await self._api.call("GET", "/v1/deliveries", params=params)
            found += page["deliveries"]
            if not page["cursor"]:
                return found
            cursor = {"cursor": page["cursor"]}

    async def attempts(self, delivery_id: str) -> list[dict[str, Any]]:
        """Answer every attempt of a delivery, the first one first."""
        found = await self._api.call("GET", f"/v1/deliveries/{delivery_id}")
        return list(found["attempts"])

    async def speed(self) -> float:
        """Answer how many virtual seconds pass in one of the wall's."""
        return float((await self._api.call("GET", "/v1/clock"))["speed"])

    async def set_speed(self, speed: float) -> None:
        """Let virtual time run at a speed from now on; 0 freezes it."""
        await self._api.call("PUT", "/v1/clock", {"speed": speed})

    @asynccontextmanager
    async def clock(self, speed: float) -> AsyncIterator[None]:
        """Let virtual time run at a speed while the block lasts, then as it ran before."""
        before = await self.speed()
        await self.set_speed(speed)
        try:
            yield
        finally:
            await self.set_speed(before)
