"""Omega's account routes: who the company is, and another API key in the place of one.

The pages were removed from Omega's documents in 2023; both the last paths and the earlier ones are
served (upstream notes A8). The data's fields are documented, its values are ours.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.omega.bodies import KeyBody
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.reading import read
from telecine.platforms.omega.wire import answer, coid
from telecine.shared.ids import hex_of

DATA = ("/company/client/account/data", "/company/client/data")
REVOKE = ("/company/client/account/revoke_api_key", "/company/client/revoke-api-key")

#: Nobody opens an account here; every company has been there since this moment.
_SINCE = "2022-01-01T00:00:00.000Z"


class Account:
    """The routes' functions."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes, each at its two paths."""
        for path in DATA:
            router.add_api_route(path, self.data, methods=["GET"], summary="Get account data")
        for path in REVOKE:
            router.add_api_route(path, self.revoke, methods=["POST"], summary="Revoke an API key")

    async def data(self, request: Request) -> Response:
        """Show the company whose key this is."""
        return answer(200, company(caller_of(self._house, request).org))

    async def revoke(self, request: Request) -> Response:
        """Make a key of the company worthless, at once and for good, and answer a new one."""
        caller = caller_of(self._house, request)
        body = await read(request, KeyBody)
        key = await self._house.issuing().replace(caller.org, body.key, caller.request_key)
        return answer(200, {"api_key": key, "message": "api key revoked", "token_type": "Bearer"})


def company(org: str) -> dict[str, Any]:
    """Answer an organisation as Omega shows a company."""
    return {
        "id": hex_of("omega company", org)[:24],
        "created_at": _SINCE,
        "updated_at": _SINCE,
        "deleted_at": None,
        "ocid": coid(org),
        "title": org,
        "email": f"{org}@example.com",
        "phone_number": "",
        "storage_code": f"omega-{org}",
        "address": {"address_1": "", "country": "", "city": "", "state": "", "zip": ""},
        "Metadata": None,
    }
