"""`webhooks/`: where an organisation's assets are reported to, with the token that goes along."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.endpoint_list import listed
from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.errors import not_found
from telecine.platforms.tpstreams.fields import SecretToken, Url
from telecine.platforms.tpstreams.identity import is_id
from telecine.platforms.tpstreams.name import NAME
from telecine.platforms.tpstreams.pages import page, window
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.platforms.tpstreams.sending import SENT
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.contracts.subscriptions import (
    CreateEndpoint,
    DeleteEndpoint,
    EndpointWish,
    GetEndpoint,
    GetSecrets,
    UpdateEndpoint,
)
from telecine.shared.errors import Unavailable
from telecine.shared.events import Wire


class WebhookBody(Wire):
    """What creation and (full) update take."""

    url: Url
    secret_token: SecretToken

    def wish(self) -> EndpointWish:
        """Every status change, whatever the kind: the platform has no choice of events."""
        return EndpointWish(url=self.url, types=SENT, token=self.secret_token)


class Webhooks:
    """The answers, each: who calls, what about, one command or query, the documented shape."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the two paths."""
        many = [
            Way("POST", self.create, "Create a webhook", 201),
            Way("GET", self.list, "List all webhooks"),
        ]
        one = [
            Way("PUT", self.update, "Update a webhook"),
            Way("DELETE", self.delete, "Delete a webhook", 204),
        ]
        mount(router, self._house, f"{ROOT}/webhooks/", many)
        mount(router, self._house, f"{ROOT}/webhooks/{{webhook_id}}/", one)

    async def create(self, request: Request, org: str) -> Response:
        """Report every status change from now on to a URL."""
        caller = enter(self._house, request, org)
        body = await body_of(request, WebhookBody)
        if isinstance(body, Invalid):
            return refuse(body)
        command = CreateEndpoint(
            platform=NAME, request_key=caller.request_key, wish=body.wish(), **caller.ids()
        )
        made = await self._house.call(command)
        return answer(await self._shown(made.endpoint.profile), 201)

    async def list(self, request: Request, org: str) -> Response:
        """Answer a page of the organisation's webhooks, newest first."""
        enter(self._house, request, org)
        shown = window(request.query_params)
        if isinstance(shown, Invalid):
            return refuse(shown)
        found = await listed(self._house.call, org, NAME, offset=shown.offset, limit=shown.limit)
        results = [await self._shown(each.profile) for each in found.endpoints]
        return answer(page(str(request.url), shown, found.total, results))

    async def update(self, request: Request, org: str, webhook_id: str) -> Response:
        """Replace URL and token."""
        caller = enter(self._house, request, org)
        if not is_id(webhook_id):
            return not_found()
        # The framework looks the object up before it reads the body.
        await self._house.call(GetEndpoint(org=org, endpoint_id=webhook_id, platform=NAME))
        body = await body_of(request, WebhookBody)
        if isinstance(body, Invalid):
            return refuse(body)
        command = UpdateEndpoint(
            platform=NAME, endpoint_id=webhook_id, wish=body.wish(), **caller.ids()
        )
        changed = await self._house.call(command)
        return answer(await self._shown(changed.endpoint.profile))

    async def delete(self, request: Request, org: str, webhook_id: str) -> Response:
        """Report nothing more to it."""
        caller = enter(self._house, request, org)
        if not is_id(webhook_id):
            return not_found()
        command = DeleteEndpoint(platform=NAME, endpoint_id=webhook_id, **caller.ids())
        await self._house.call(command)
        return Response(status_code=204)

    async def _shown(self, profile: Profile) -> dict[str, Any]:
        return {
            "url": profile.subscription.url,
            "secret_token": await self._token(profile),
            "id": profile.id,
        }

    async def _token(self, profile: Profile) -> str | None:
        """The platform shows the token in clear; the log never has it, so it is asked for."""
        key = profile.subscription.token_key
        if key is None:
            return None
        query = GetSecrets(org=profile.org, endpoint_id=profile.id, key_ids=(key,))
        secrets = (await self._house.call(query)).secrets
        if key not in secrets:
            raise Unavailable(f"the token of webhook {profile.id} is not in the vault")
        return secrets[key]
