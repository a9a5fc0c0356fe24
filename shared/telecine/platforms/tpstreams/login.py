"""`/api/auth/`: a token for an organisation's key, and its end.

The documents name the fields and the limit of 20 tokens and show no answer (upstream-api.md, B1): the
username is the organisation, the password one of its keys, and what is silent is as Django REST
framework has it.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.routes import Denied
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.auth import key_of
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.errors import detail, not_allowed
from telecine.platforms.tpstreams.fields import Text
from telecine.platforms.tpstreams.paths import METHODS, without_slash
from telecine.shared.errors import Refusal
from telecine.shared.events import Wire

ROOT = "/api/auth"

_NO_LOGIN = "Unable to log in with provided credentials."
_TOO_MANY = "Maximum amount of tokens allowed per organization exceeded."
_KEY_STAYS = (
    "This is an API key, not a token; only a token from /api/auth/login/ can be logged out."
)


class LoginBody(Wire):
    """Who wants a token. `organization_id` is documented and says nothing more than the username."""

    username: Text
    password: Text
    organization_id: Text | None = None


class Login:
    """The two answers."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve both paths, for POST; nobody need be known to be told that it is the only method."""
        ways = {"login": (self.login, 200), "logout": (self.logout, 204)}
        others = [method for method in METHODS if method != "POST"]
        for name, (handle, success) in ways.items():
            path, add = f"{ROOT}/{name}/", router.add_api_route
            summary = "Get a token for a key" if name == "login" else "Delete the token"
            add(path, handle, methods=["POST"], summary=summary, status_code=success)
            add(path, _other, methods=others, include_in_schema=False)
            add(path.rstrip("/"), without_slash, methods=[*METHODS], include_in_schema=False)

    async def login(self, request: Request) -> Response:
        """Answer a token; it stands in for the key in every header."""
        body = await body_of(request, LoginBody)
        if isinstance(body, Invalid):
            return refuse(body)
        org = self._house.org_of(body.password)
        if org is None or org != body.username:
            return answer({"non_field_errors": [_NO_LOGIN]}, 400)
        if body.organization_id not in {None, org}:
            return answer({"organization_id": ["Not the organization of this user."]}, 400)
        wish = self._house.caller(request, org).request_key
        try:
            return answer({"token": await self._house.issuing().issue(org, wish)})
        except Refusal:
            return detail(403, _TOO_MANY)

    async def logout(self, request: Request) -> Response:
        """Delete the token that this request came with."""
        token = key_of(request.headers.get("authorization", ""))
        if self._house.org_of_token(token):
            await self._house.issuing().withdraw(token)
            return Response(status_code=204)
        if self._house.org_of(token):
            return detail(403, _KEY_STAYS)
        raise Denied("Invalid token.")


async def _other(request: Request) -> Response:
    return not_allowed(request, "POST")
