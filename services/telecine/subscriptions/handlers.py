"""Subscriptions' answers: each lets the log obey, shows the result, and only then replies."""

from collections.abc import Callable
from typing import Any

from telecine.platforms import packs
from telecine.shared.aggregates.endpoint import Absent, Endpoint
from telecine.shared.contracts import Command, Done
from telecine.shared.contracts.endpoint_settings import SettingsPatch
from telecine.shared.contracts.subscriptions import (
    ChangeEndpoint,
    CreateEndpoint,
    DeleteEndpoint,
    EndpointAnswer,
    EndpointPage,
    GetEndpoint,
    GetSecrets,
    ListEndpoints,
    Secrets,
    SetEndpointActive,
    UpdateEndpoint,
)
from telecine.shared.errors import Refusal
from telecine.shared.events.endpoint import EndpointFact, Subscription
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.time.virtual_time import VirtualClock
from telecine.subscriptions import decider
from telecine.subscriptions.changes import Changes
from telecine.subscriptions.checks import (
    check_headers,
    check_types,
    check_url,
    known_pack,
    living,
)
from telecine.subscriptions.keeping import Keeping
from telecine.subscriptions.obeying import Obeying
from telecine.subscriptions.reach import Ensure
from telecine.subscriptions.vault import Vault
from telecine.subscriptions.view import EndpointView

#: What a patch says by `"settings": null`.
_ALL_DEFAULT = SettingsPatch(**dict.fromkeys(SettingsPatch.model_fields))
_Asked = Command[EndpointAnswer] | Command[Done]


class Handlers:
    """Commands are idempotent by their request key or their effect; queries change nothing."""

    def __init__(
        self,
        log: EventLog[Endpoint, EndpointFact],
        view: EndpointView,
        vault: Vault,
        clock: VirtualClock,
        *,
        seed: int,
        random_bytes: Callable[[int], bytes],
        ensure_reachable: Ensure,
    ) -> None:
        self._log = log
        self._view = view
        self._obeying = Obeying(log, view)
        self._vault = vault
        self._clock = clock
        self._seed = seed
        self._random_bytes = random_bytes
        self._ensure_reachable = ensure_reachable

    async def create(self, command: CreateEndpoint) -> EndpointAnswer:
        """Make an endpoint, active from now on unless told otherwise."""
        pack, wish = known_pack(command.platform), command.wish
        check_url(wish.url)
        check_types(wish.types, pack)
        check_headers(command.settings.headers or {}, pack)
        await self._ensure_reachable(wish.url)
        endpoint_id = pack.endpoint_id(self._seed, command.org, command.request_key)
        keeping = self._keeping(command.org, endpoint_id, command.request_key)
        said = {
            "token_key": await keeping.token(wish.token, None),
            "narrowed": wish.narrowed and pack.tells_all,
        }
        first = Subscription(url=wish.url, description=wish.description, types=wish.types)
        changes = await _changes(keeping, said, command.settings, None)
        created = decider.Create(
            command.platform,
            command.request_key,
            await keeping.first_key(),
            changes.applied(first),
            await keeping.first_asymmetric_key(command.settings.wants_asymmetric),
            command.active,
        )
        return _answer(await self._obey(command, endpoint_id, created))

    async def update(self, command: UpdateEndpoint) -> EndpointAnswer:
        """Replace what a platform's own API says; a token that stays the same keeps its key id."""
        wish = command.wish
        await self._ensure_reachable(wish.url)
        loaded = await self._log.load(command.org, command.endpoint_id)
        before = None if isinstance(loaded.state, Absent) else loaded.state.profile.subscription
        keeping = self._keeping(command.org, command.endpoint_id, command.request_id)
        changes = Changes(
            {
                "url": wish.url,
                "description": wish.description,
                "types": wish.types,
                "token_key": await keeping.token(wish.token, before),
            },
            choices=packs()[command.platform].choices,
        )
        key = await keeping.first_asymmetric_key(False)
        update = decider.Update(command.platform, changes, key)
        return _answer(await self._obey(command, command.endpoint_id, update))

    async def change(self, command: ChangeEndpoint) -> EndpointAnswer:
        """Change what a patch has, of whichever platform's endpoint."""
        loaded = await self._log.load(command.org, command.endpoint_id)
        state, patch = living(loaded.state), command.patch
        pack, given = packs()[state.profile.platform], patch.model_fields_set
        if "url" in given:
            check_url(patch.url)
            await self._ensure_reachable(patch.url)
        if "types" in given:
            check_types(patch.types, pack)
        settings = _ALL_DEFAULT if patch.settings is None else patch.settings
        check_headers(settings.headers or {}, pack)
        said = {name: getattr(patch, name) for name in given & {"url", "description", "types"}}
        if "types" in given:
            said["narrowed"] = pack.tells_all
        keeping = self._keeping(command.org, command.endpoint_id, command.request_id)
        before = state.profile.subscription
        changes = await _changes(keeping, said, settings, before)
        key = await keeping.first_asymmetric_key(settings.wants_asymmetric)
        update = decider.Update(None, changes, key)
        after = await self._obey(command, command.endpoint_id, update)
        if "active" in given:
            switch = decider.SetActive(None, patch.active)
            after = await self._obey(command, command.endpoint_id, switch)
        return _answer(after)

    async def set_active(self, command: SetEndpointActive) -> EndpointAnswer:
        """Switch an endpoint on or off."""
        wish = decider.SetActive(command.platform, command.active)
        return _answer(await self._obey(command, command.endpoint_id, wish))

    async def delete(self, command: DeleteEndpoint) -> Done:
        """Delete an endpoint: no future event is sent to it."""
        await self._obey(command, command.endpoint_id, decider.Delete(command.platform))
        return Done()

    async def get(self, query: GetEndpoint) -> EndpointAnswer:
        """Answer one endpoint, from the log itself, so never an old one."""
        answer = _answer((await self._log.load(query.org, query.endpoint_id)).state)
        if query.platform and answer.endpoint.profile.platform != query.platform:
            raise Refusal("not_found", decider.NO_SUCH.message)
        return answer

    async def list(self, query: ListEndpoints) -> EndpointPage:
        """Answer a page of endpoints."""
        return await self._view.page(query)

    async def secrets(self, query: GetSecrets) -> Secrets:
        """Answer secrets by their key ids: for whoever signs, and for platforms that show a token."""
        found = await self._vault.get(query.org, query.endpoint_id, query.key_ids)
        return Secrets(secrets=found)

    def _keeping(self, org: str, endpoint_id: str, wish: str) -> Keeping:
        return Keeping(
            self._vault, self._random_bytes, org=org, endpoint_id=endpoint_id, wish=wish
        )

    async def _obey(self, command: _Asked, endpoint_id: str, wish: decider.Command) -> Endpoint:
        trace = Trace(command.request_id, command.correlation_id)
        now = self._clock.now()
        return await self._obeying.obey(command.org, endpoint_id, wish, now=now, trace=trace)


async def _changes(
    keeping: Keeping,
    said: dict[str, Any],
    settings: SettingsPatch,
    before: Subscription | None,
) -> Changes:
    """Answer what `/v1` changes, once the values of headers are kept."""
    given, headers = settings.model_fields_set - {"headers"}, settings.headers
    return Changes(
        said,
        {name: getattr(settings, name) for name in given},
        None if headers is None else await keeping.headers(headers, before),
    )


def _answer(state: Endpoint) -> EndpointAnswer:
    return EndpointAnswer(endpoint=living(state))
