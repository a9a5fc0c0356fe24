"""Secrets that signing needs: asked of subscriptions once, then held in memory by key id."""

from collections.abc import Mapping

from telecine.shared import rpc
from telecine.shared.bus import Bus
from telecine.shared.contracts.subscriptions import GetSecrets
from telecine.shared.endpoint import Profile
from telecine.shared.errors import Unavailable


class Keyring:
    """A rotation is a new key id, so what is held never goes stale."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._secrets: dict[str, str] = {}

    async def of(self, profile: Profile) -> Mapping[str, str]:
        """Answer an endpoint's secrets by key id. Raises Unavailable if one cannot be had."""
        token = profile.subscription.token_key
        wanted = (profile.signing_key, *([token] if token else []))
        missing = tuple(key for key in wanted if key not in self._secrets)
        if missing:
            query = GetSecrets(org=profile.org, endpoint_id=profile.id, key_ids=missing)
            self._secrets.update((await rpc.call(self._bus, query)).secrets)
        unknown = [key for key in wanted if key not in self._secrets]
        if unknown:
            raise Unavailable(f"endpoint {profile.id}: no secret under key {unknown[0]}")
        return {key: self._secrets[key] for key in wanted}
