"""`assets/<id>/access_tokens/`: who holds one may watch; nobody does here, so none is ever used up."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.pack import wire_time
from telecine.platforms.tpstreams import links
from telecine.platforms.tpstreams.access_token_body import AccessTokenBody
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.errors import not_found
from telecine.platforms.tpstreams.finding import find
from telecine.platforms.tpstreams.identity import is_id
from telecine.platforms.tpstreams.pages import page, window
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.shared.contracts.access_tokens import (
    TOKENS_PAGE,
    AccessToken,
    CreateAccessToken,
    GetAccessToken,
    ListAccessTokens,
    UpdateAccessToken,
)


class AccessTokens:
    """The answers, each: who calls, what about, one command or query, the documented shape."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the two paths; the method of an update is not documented, so both are served."""
        home = f"{ROOT}/assets/{{asset_id}}/access_tokens/"
        many = [
            Way("POST", self.create, "Create an access token", 201),
            Way("GET", self.list, "List an asset's access tokens"),
        ]
        one = [
            Way("GET", self.get, "Get an access token"),
            Way("PUT", self.replace, "Replace an access token's options"),
            Way("PATCH", self.change, "Change some of an access token's options"),
        ]
        mount(router, self._house, home, many)
        mount(router, self._house, f"{home}{{code}}/", one)

    async def create(self, request: Request, org: str, asset_id: str) -> Response:
        """Make a token for an asset of whichever kind."""
        caller = enter(self._house, request, org)
        if not is_id(asset_id):
            return not_found()
        await find(self._house, org, asset_id)
        body = await body_of(request, AccessTokenBody)
        if isinstance(body, Invalid):
            return refuse(body)
        command = CreateAccessToken(
            asset_id=asset_id,
            request_key=caller.request_key,
            terms=body.terms(self._house.now()),
            **caller.ids(),
        )
        made = await self._house.call(command)
        return answer(self._shown(org, made.token), 201)

    async def list(self, request: Request, org: str, asset_id: str) -> Response:
        """Answer a page of an asset's tokens, newest first, at most 50."""
        enter(self._house, request, org)
        if not is_id(asset_id):
            return not_found()
        await find(self._house, org, asset_id)
        shown = window(request.query_params, TOKENS_PAGE)
        if isinstance(shown, Invalid):
            return refuse(shown)
        query = ListAccessTokens(
            org=org, asset_id=asset_id, offset=shown.offset, limit=shown.limit
        )
        found = await self._house.call(query)
        results = [self._shown(org, token) for token in found.tokens]
        return answer(page(str(request.url), shown, found.total, results))

    async def get(self, request: Request, org: str, asset_id: str, code: str) -> Response:
        """Answer one token."""
        enter(self._house, request, org)
        if not (is_id(asset_id) and is_id(code)):
            return not_found()
        await find(self._house, org, asset_id)
        query = GetAccessToken(org=org, asset_id=asset_id, code=code)
        return answer(self._shown(org, (await self._house.call(query)).token))

    async def replace(self, request: Request, org: str, asset_id: str, code: str) -> Response:
        """Give a token other options; what is not said is as in a new one."""
        return await self._update(request, org, asset_id, code, keeps=False)

    async def change(self, request: Request, org: str, asset_id: str, code: str) -> Response:
        """Give a token some other options; what is not said stays."""
        return await self._update(request, org, asset_id, code, keeps=True)

    async def _update(
        self, request: Request, org: str, asset_id: str, code: str, *, keeps: bool
    ) -> Response:
        caller = enter(self._house, request, org)
        if not (is_id(asset_id) and is_id(code)):
            return not_found()
        await find(self._house, org, asset_id)
        query = GetAccessToken(org=org, asset_id=asset_id, code=code)
        known = (await self._house.call(query)).token
        body = await body_of(request, AccessTokenBody)
        if isinstance(body, Invalid):
            return refuse(body)
        terms = body.terms(self._house.now(), known.terms if keeps else None)
        command = UpdateAccessToken(asset_id=asset_id, code=code, terms=terms, **caller.ids())
        return answer(self._shown(org, (await self._house.call(command)).token))

    def _shown(self, org: str, token: AccessToken) -> dict[str, Any]:
        ends = token.terms.valid_until
        expired = ends is not None and ends <= self._house.now()
        return {
            "playback_url": links.embed(org, token.asset_id, token.code),
            "expires_after_first_usage": token.terms.single_use,
            "code": token.code,
            "status": "Expired" if expired else "Active",
            "valid_until": wire_time(ends, 6) if ends else None,
            "annotations": list(token.terms.annotations),
        }
