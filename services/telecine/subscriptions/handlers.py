"""Subscriptions' answers: each lets the log obey, shows the result, and only then replies."""

from collections.abc import Callable

from telecine.platforms import packs
from telecine.shared.contracts import Command, Done
from telecine.shared.contracts.subscriptions import (
    CreateEndpoint,
    DeleteEndpoint,
    EndpointAnswer,
    EndpointPage,
    EndpointWish,
    GetEndpoint,
    GetSecrets,
    ListEndpoints,
    Secrets,
    SetEndpointActive,
    UpdateEndpoint,
)
from telecine.shared.egress import OPEN, Egress
from telecine.shared.endpoint import Absent, Deleted, Endpoint
from telecine.shared.envelope import Trace
from telecine.shared.errors import Refusal
from telecine.shared.eventlog import EventLog
from telecine.shared.events.endpoint import EndpointFact, EndpointSettings, Subscription
from telecine.shared.ids import hex_of
from telecine.shared.virtual_time import VirtualClock
from telecine.subscriptions import decider
from telecine.subscriptions.obeying import Obeying
from telecine.subscriptions.reach import ensure_reachable
from telecine.subscriptions.vault import SECRET_BYTES, Vault, signing_secret
from telecine.subscriptions.view import EndpointView


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
        egress: Egress = OPEN,
    ) -> None:
        self._log = log
        self._view = view
        self._obeying = Obeying(log, view)
        self._vault = vault
        self._clock = clock
        self._seed = seed
        self._random_bytes = random_bytes
        self._egress = egress

    async def create(self, command: CreateEndpoint) -> EndpointAnswer:
        """Make an endpoint, active from now on. Its secrets are kept before its fact names them."""
        await ensure_reachable(command.wish.url, self._egress)
        pack = packs()[command.platform]
        endpoint_id = pack.endpoint_id(self._seed, command.org, command.request_key)
        signing_key = hex_of(endpoint_id, "signing", command.request_key)
        secret = signing_secret(self._random_bytes(SECRET_BYTES))
        await self._vault.put(signing_key, command.org, endpoint_id, secret)
        subscription = await self._subscription(command, endpoint_id, command.wish, None)
        wish = decider.Create(
            command.platform,
            command.request_key,
            signing_key,
            subscription,
            asymmetric_key_of(endpoint_id),
        )
        return _living(await self._obey(command, endpoint_id, wish))

    async def update(self, command: UpdateEndpoint) -> EndpointAnswer:
        """Replace what the owner may change; a token that stays the same keeps its key id."""
        await ensure_reachable(command.wish.url, self._egress)
        loaded = await self._log.load(command.org, command.endpoint_id)
        known = None
        if not isinstance(loaded.state, Absent):
            known = loaded.state.profile.subscription
        subscription = await self._subscription(command, command.endpoint_id, command.wish, known)
        wish = decider.Update(
            command.platform, subscription, asymmetric_key_of(command.endpoint_id)
        )
        return _living(await self._obey(command, command.endpoint_id, wish))

    async def set_active(self, command: SetEndpointActive) -> EndpointAnswer:
        """Switch an endpoint on or off."""
        wish = decider.SetActive(command.platform, command.active)
        return _living(await self._obey(command, command.endpoint_id, wish))

    async def delete(self, command: DeleteEndpoint) -> Done:
        """Delete an endpoint: no future event is sent to it."""
        await self._obey(command, command.endpoint_id, decider.Delete(command.platform))
        return Done()

    async def get(self, query: GetEndpoint) -> EndpointAnswer:
        """Answer one endpoint, from the log itself, so never an old one."""
        loaded = await self._log.load(query.org, query.endpoint_id)
        answer = _living(loaded.state)
        if query.platform and answer.endpoint.profile.platform != query.platform:
            raise Refusal("not_found", decider.NO_SUCH.message)
        return answer

    async def list(self, query: ListEndpoints) -> EndpointPage:
        """Answer a page of endpoints."""
        return await self._view.page(query)

    async def secrets(self, query: GetSecrets) -> Secrets:
        """Answer secrets by their key ids: for whoever signs, and for the endpoint's owner."""
        found = await self._vault.get(query.org, query.endpoint_id, query.key_ids)
        return Secrets(secrets=found)

    async def _subscription(
        self,
        command: Command[EndpointAnswer],
        endpoint_id: str,
        wish: EndpointWish,
        known: Subscription | None,
    ) -> Subscription:
        token_key = None
        if wish.token is not None:
            known_key = known.token_key if known else None
            token_key = await self._token_key(command, endpoint_id, wish.token, known_key)
        return Subscription(
            url=wish.url,
            description=wish.description,
            types=wish.types,
            token_key=token_key,
            settings=known.settings if known else EndpointSettings(),
        )

    async def _token_key(
        self,
        command: Command[EndpointAnswer],
        endpoint_id: str,
        token: str,
        known_key: str | None,
    ) -> str:
        if known_key:
            known = await self._vault.get(command.org, endpoint_id, [known_key])
            if known.get(known_key) == token:
                return known_key
        key = hex_of(endpoint_id, "token", getattr(command, "request_key", command.request_id))
        await self._vault.put(key, command.org, endpoint_id, token)
        return key

    async def _obey(
        self,
        command: Command[EndpointAnswer] | Command[Done],
        endpoint_id: str,
        wish: decider.Command,
    ) -> Endpoint:
        trace = Trace(command.request_id, command.correlation_id)
        now = self._clock.now()
        return await self._obeying.obey(command.org, endpoint_id, wish, now=now, trace=trace)


def asymmetric_key_of(endpoint_id: str) -> str:
    """Answer the id of an endpoint's first v1a key; whoever makes it, it is the same one."""
    return hex_of(endpoint_id, "asymmetric")


def _living(state: Endpoint) -> EndpointAnswer:
    if isinstance(state, Absent | Deleted):
        raise Refusal("not_found", decider.NO_SUCH.message)
    return EndpointAnswer(endpoint=state)
