"""Omega's routes for an endpoint's events: the list, newest first, and one in detail.

`GET /company/client/webhooks/:id` is the list of the endpoint's events: there is no documented call
for one endpoint. What the house itself tells an endpoint is none of Omega's events: `/v1` lists it.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.event_shape import detail, item
from telecine.platforms.omega.events_table import EVENT_TYPES
from telecine.platforms.omega.streaming import Pages, array
from telecine.platforms.omega.webhooks import HOME, PLATFORM, known_endpoint
from telecine.platforms.omega.wire import answer, is_object_id
from telecine.shared.contracts.delivery import Delivery, GetDelivery, ListDeliveries
from telecine.shared.contracts.subscriptions import GetEndpoint
from telecine.shared.errors import Refusal

#: Details asked for side by side when a list shows them all (quirks=off).
_AT_ONCE = 8


class EndpointEvents:
    """The routes' functions."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes, after those with fixed paths."""
        one = f"{HOME}/{{endpoint_id}}"
        add = router.add_api_route
        add(one, self.list_all, methods=["GET"], summary="List an endpoint's events")
        add(f"{one}/events", self.list_all, methods=["GET"], summary="List an endpoint's events")
        path = f"{one}/events/{{event_id}}"
        add(path, self.get, methods=["GET"], summary="View an event's details")

    async def list_all(self, request: Request, endpoint_id: str) -> Response:
        """List every event of an endpoint in one array, with or without Omega's quirks."""
        org = caller_of(self._house, request).org
        await self._ensure_endpoint(org, endpoint_id)
        return await array(self._pages(org, endpoint_id))

    async def get(self, request: Request, endpoint_id: str, event_id: str) -> Response:
        """Show one event with what the endpoint answered."""
        org = caller_of(self._house, request).org
        await self._ensure_endpoint(org, endpoint_id)
        shown = await self._detail(org, endpoint_id, event_id)
        if shown is None:
            raise Refusal("not_found", "no such event of this endpoint")
        return answer(200, shown)

    async def _ensure_endpoint(self, org: str, endpoint_id: str) -> None:
        endpoint = known_endpoint(endpoint_id)
        await self._house.call(GetEndpoint(org=org, endpoint_id=endpoint, platform=PLATFORM))

    async def _pages(self, org: str, endpoint_id: str) -> Pages:
        cursor, more = None, True
        while more:
            query = ListDeliveries(org=org, endpoint_id=endpoint_id, cursor=cursor)
            page = await self._house.call(query)
            events = [each for each in page.deliveries if each.event_type in EVENT_TYPES]
            if self._house.quirks == "on":
                yield [item(event) for event in events]
            else:
                async for details in self._details(org, events):
                    yield details
            cursor, more = page.cursor, page.cursor is not None

    async def _details(self, org: str, deliveries: Sequence[Delivery]) -> Pages:
        for start in range(0, len(deliveries), _AT_ONCE):
            some = deliveries[start : start + _AT_ONCE]
            found = await asyncio.gather(
                *(self._detail(org, each.endpoint_id, each.id) for each in some)
            )
            yield [event for event in found if event is not None]

    async def _detail(self, org: str, endpoint_id: str, event_id: str) -> dict[str, Any] | None:
        """Answer an event, or None: unknown, another endpoint's, none of Omega's, or gone meanwhile."""
        if not is_object_id(event_id):
            return None
        query = GetDelivery(org=org, delivery_id=event_id, endpoint_id=endpoint_id)
        try:
            found = await self._house.call(query)
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise
            return None
        return detail(found) if found.delivery.event_type in EVENT_TYPES else None
