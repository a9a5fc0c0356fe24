"""Omega's routes for webhook endpoints: create, list, update, delete, switch on and off.

The documents write "create" as a GET with a body, and the paths of the last three in a way that
can be read in three (upstream notes A9): both verbs and all three spellings are served.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.omega.bodies import EndpointBody, StatusBody
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.endpoint_shape import shown
from telecine.platforms.omega.reading import read
from telecine.platforms.omega.streaming import Pages, array
from telecine.platforms.omega.wire import answer, is_object_id, say
from telecine.shared.contracts.subscriptions import (
    ENDPOINTS_PAGE,
    CreateEndpoint,
    DeleteEndpoint,
    EndpointWish,
    ListEndpoints,
    SetEndpointActive,
    UpdateEndpoint,
)
from telecine.shared.errors import Refusal

PLATFORM = "omega"
HOME = "/company/client/webhooks"
SPELLINGS = (HOME, "/company/webhooks", "/company/company/webhooks")


def known_endpoint(endpoint_id: str) -> str:
    """Answer the id if an endpoint can have it. Raises Refusal, the same as for an unknown one."""
    if not is_object_id(endpoint_id):
        raise Refusal("not_found", "no such endpoint")
    return endpoint_id


class Webhooks:
    """The routes' functions: each asks who calls, reads, asks the house, and shows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes; none of them may be moved before another's fixed path."""
        add = router.add_api_route
        add(HOME, self.create, methods=["POST"], summary="Create a webhook endpoint")
        add(HOME, self.create_or_list, methods=["GET"], summary="With a body create, else list")
        add(f"{HOME}/all", self.list_all, methods=["GET"], summary="List webhook endpoints")
        for path in SPELLINGS:
            one = f"{path}/{{endpoint_id}}"
            add(one, self.update, methods=["PUT"], summary="Update a webhook endpoint")
            add(one, self.delete, methods=["DELETE"], summary="Delete a webhook endpoint")
            add(f"{one}/status", self.switch, methods=["POST"], summary="Activate or deactivate")

    async def create(self, request: Request) -> Response:
        """Create an endpoint, active from now on: 200, not 201."""
        caller = caller_of(self._house, request)
        wish = _wish(await read(request, EndpointBody))
        command = CreateEndpoint(
            **caller.ids(), platform=PLATFORM, request_key=caller.request_key, wish=wish
        )
        created = await self._house.call(command)
        return answer(200, shown(created.endpoint, 6))

    async def create_or_list(self, request: Request) -> Response:
        """Create an endpoint if there is a body, as the documents have it; otherwise list."""
        caller_of(self._house, request)
        if await request.body():
            return await self.create(request)
        return await self.list_all(request)

    async def list_all(self, request: Request) -> Response:
        """List every endpoint, newest first, in one array."""
        return await array(self._pages(caller_of(self._house, request).org))

    async def update(self, request: Request, endpoint_id: str) -> Response:
        """Replace an endpoint's url, events and description."""
        caller = caller_of(self._house, request)
        endpoint = known_endpoint(endpoint_id)
        wish = _wish(await read(request, EndpointBody))
        command = UpdateEndpoint(
            **caller.ids(), platform=PLATFORM, endpoint_id=endpoint, wish=wish
        )
        updated = await self._house.call(command)
        return answer(200, shown(updated.endpoint, 3))

    async def delete(self, request: Request, endpoint_id: str) -> Response:
        """Delete an endpoint: no future event is sent to it."""
        caller = caller_of(self._house, request)
        endpoint = known_endpoint(endpoint_id)
        command = DeleteEndpoint(**caller.ids(), platform=PLATFORM, endpoint_id=endpoint)
        await self._house.call(command)
        return say(200, "webhook endpoint deleted")

    async def switch(self, request: Request, endpoint_id: str) -> Response:
        """Let an endpoint have its events, or no effect at all."""
        caller = caller_of(self._house, request)
        endpoint = known_endpoint(endpoint_id)
        active = (await read(request, StatusBody)).active
        command = SetEndpointActive(
            **caller.ids(), platform=PLATFORM, endpoint_id=endpoint, active=active
        )
        switched = await self._house.call(command)
        return answer(200, shown(switched.endpoint, 3))

    async def _pages(self, org: str) -> Pages:
        offset, total = 0, 1
        while offset < total:
            query = ListEndpoints(org=org, platform=PLATFORM, offset=offset)
            page = await self._house.call(query)
            yield [shown(endpoint, 3) for endpoint in page.endpoints]
            offset, total = offset + ENDPOINTS_PAGE, page.total


def _wish(body: EndpointBody) -> EndpointWish:
    return EndpointWish(url=body.url, description=body.description, types=body.events)
