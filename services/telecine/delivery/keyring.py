"""Keys that signing needs: asked of subscriptions once, then held in memory by key id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from telecine.delivery.signing import Signer, signer
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.contracts.subscriptions import GetSecrets
from telecine.shared.errors import Unavailable
from telecine.shared.wire import rpc
from telecine.shared.wire.bus import Bus


@dataclass(frozen=True)
class Keys:
    """What one attempt needs. `secrets`: what headers carry, by key id; never what signs."""

    signers: tuple[Signer, ...]
    secrets: Mapping[str, str]


@dataclass(frozen=True)
class _Held:
    """What is known of an endpoint: its signers and header secrets, by key id, and the keys as they
    are in use from one moment until another (virtual; None: for ever)."""

    profile: Profile
    signers: Mapping[str, Signer]
    secrets: Mapping[str, str]
    keys: Keys
    since: datetime | None
    until: datetime | None

    def is_good(self, profile: Profile, at: datetime) -> bool:
        return (
            self.profile is profile
            and (self.since is None or self.since <= at)
            and (self.until is None or at < self.until)
        )


class Keyring:
    """A rotation is a new key id, so what is held never goes stale."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._held: dict[str, _Held] = {}

    def ready(self, profile: Profile, at: datetime) -> Keys | None:
        """Answer an endpoint's keys at a virtual moment if memory has all of them; None: ask."""
        held = self._held.get(profile.id)
        if held is None:
            return None
        if held.is_good(profile, at):
            return held.keys
        if _missing(profile, at, held):
            return None
        return self._hold(profile, at, held.signers, held.secrets)

    async def of(self, profile: Profile, at: datetime) -> Keys:
        """Answer an endpoint's keys at a virtual moment. Raises Unavailable if one cannot be had."""
        keys = self.ready(profile, at)
        if keys is not None:
            return keys
        before = self._held.get(profile.id)
        missing = _missing(profile, at, before)
        query = GetSecrets(org=profile.org, endpoint_id=profile.id, key_ids=missing)
        found = (await rpc.call(self._bus, query)).secrets
        unknown = [key for key in missing if key not in found]
        if unknown:
            raise Unavailable(f"endpoint {profile.id}: no secret under key {unknown[0]}")
        kinds = {key.id: key.kind for key in profile.keys}
        signers = {key: signer(key, kinds[key], found[key]) for key in missing if key in kinds}
        secrets = {key: found[key] for key in missing if key not in kinds}
        for held in (before, self._held.get(profile.id)):  # others may have asked meanwhile
            if held:
                signers, secrets = {**signers, **held.signers}, {**secrets, **held.secrets}
        return self._hold(profile, at, signers, secrets)

    def forget(self, endpoint_id: str) -> None:
        """Hold nothing of an endpoint any more: it is deleted, or is sent nothing for now."""
        self._held.pop(endpoint_id, None)

    def _hold(
        self,
        profile: Profile,
        at: datetime,
        signers: Mapping[str, Signer],
        secrets: Mapping[str, str],
    ) -> Keys:
        """Hold what an endpoint needs, and forget what it does not need any more."""
        signers = {key.id: signers[key.id] for key in profile.keys if key.id in signers}
        secrets = {key: secrets[key] for key in _carried(profile)}
        keys = Keys(tuple(signers[key.id] for key in profile.keys_at(at)), secrets)
        ends = [key.until for key in profile.keys if key.until]
        since = max((end for end in ends if end <= at), default=None)
        until = min((end for end in ends if end > at), default=None)
        self._held[profile.id] = _Held(profile, signers, secrets, keys, since, until)
        return keys


def _carried(profile: Profile) -> tuple[str, ...]:
    """Answer the keys of what an endpoint's headers carry."""
    subscription = profile.subscription
    token = (subscription.token_key,) if subscription.token_key else ()
    return (*token, *(key for _, key in subscription.settings.headers))


def _missing(profile: Profile, at: datetime, held: _Held | None) -> tuple[str, ...]:
    wanted = (*(key.id for key in profile.keys_at(at)), *_carried(profile))
    known = {*held.signers, *held.secrets} if held else set()
    return tuple(key for key in dict.fromkeys(wanted) if key not in known)
