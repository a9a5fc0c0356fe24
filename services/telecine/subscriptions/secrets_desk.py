"""The desk where an owner rotates an endpoint's keys, and is shown them; each on record."""

from collections.abc import Callable
from datetime import timedelta

from telecine.shared.aggregates.endpoint import Endpoint, Living
from telecine.shared.aggregates.signing_keys import SigningKey
from telecine.shared.contracts.endpoint_secrets import (
    ReadSecrets,
    RotateSecret,
    ShownKey,
    ShownKeys,
)
from telecine.shared.contracts.subscriptions import EndpointAnswer
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.events.endpoint import EndpointFact, SignatureKind
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.time.virtual_time import VirtualClock
from telecine.subscriptions import decider
from telecine.subscriptions.checks import living
from telecine.subscriptions.keeping import Keeping
from telecine.subscriptions.new_keys import kind_of, own_secret_problem, public_key
from telecine.subscriptions.obeying import Obeying
from telecine.subscriptions.vault import Vault


class SecretsDesk:
    """A rotation is idempotent by its request key; each reading is a fact of its own."""

    def __init__(
        self,
        log: EventLog[Endpoint, EndpointFact],
        obeying: Obeying,
        vault: Vault,
        clock: VirtualClock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._log = log
        self._obeying = obeying
        self._vault = vault
        self._clock = clock
        self._random_bytes = random_bytes

    async def rotate(self, command: RotateSecret) -> EndpointAnswer:
        """Let a new key sign; the old one signs along for `overlap` virtual seconds."""
        endpoint = await self._endpoint(command.org, command.endpoint_id)
        kind = _kind(command, endpoint)
        keeping = Keeping(
            self._vault,
            self._random_bytes,
            org=command.org,
            endpoint_id=command.endpoint_id,
            wish=command.request_key,
        )
        if kind == "v1a" and endpoint.profile.current("v1a") is None:
            raise Refusal(decider.NO_KEY.code, decider.NO_KEY.message, decider.NO_KEY.field)
        key = await keeping.next_key(kind, command.secret)
        overlap = timedelta(seconds=command.overlap)
        state = await self._obeying.obey(
            command.org,
            command.endpoint_id,
            decider.RotateSecret(None, kind, key, overlap),
            now=self._clock.now(),
            trace=Trace(command.request_id, command.correlation_id),
        )
        return EndpointAnswer(endpoint=living(state))

    async def read(self, command: ReadSecrets) -> ShownKeys:
        """Show the keys that sign now, once it is on record that they are shown."""
        endpoint, now = await self._endpoint(command.org, command.endpoint_id), self._clock.now()
        keys = endpoint.profile.keys_at(now)
        known = await self._vault.get(command.org, command.endpoint_id, [key.id for key in keys])
        if len(known) < len(keys):
            raise Unavailable(f"not every key of endpoint {command.endpoint_id} is in the vault")
        await self._obeying.obey(
            command.org,
            command.endpoint_id,
            decider.NoteSecretRead(None, tuple(key.id for key in keys)),
            now=now,
            trace=Trace(command.request_id, command.correlation_id),
        )
        return ShownKeys(keys=[_shown(key, known[key.id], command.private) for key in keys])

    async def _endpoint(self, org: str, endpoint_id: str) -> Living:
        return living((await self._log.load(org, endpoint_id)).state)


def _kind(command: RotateSecret, endpoint: Living) -> SignatureKind:
    """Answer which kind of key is rotated. Raises Refusal for a secret that is none."""
    if command.secret is None:
        signatures = endpoint.profile.subscription.settings.signatures
        return command.kind or ("v1" if "v1" in signatures else "v1a")
    if wrong := own_secret_problem(command.secret):
        raise Refusal("invalid", f"secret {wrong}", "secret")
    kind = kind_of(command.secret)
    if kind is None or command.kind not in {None, kind}:
        message = f"kind is {command.kind}, and the secret is one of {kind}; leave kind out"
        raise Refusal("invalid", message, "kind")
    return kind


def _shown(key: SigningKey, secret: str, private: bool) -> ShownKey:
    symmetric = key.kind == "v1"
    return ShownKey(
        id=key.id,
        kind=key.kind,
        secret=secret if symmetric or private else None,
        public=None if symmetric else public_key(secret),
        until=key.until,
    )
