"""Keeping what is secret of an endpoint: each goes into the vault before a fact names its key."""

from collections.abc import Callable, Mapping

from telecine.shared.events.endpoint import SignatureKind, Subscription
from telecine.shared.ids import hex_of
from telecine.subscriptions.new_keys import SECRET_BYTES, new_secret
from telecine.subscriptions.vault import Vault


class Keeping:
    """One endpoint's secrets on their way in. `wish` names the request, however often it is sent."""

    def __init__(
        self,
        vault: Vault,
        random_bytes: Callable[[int], bytes],
        *,
        org: str,
        endpoint_id: str,
        wish: str,
    ) -> None:
        self._vault = vault
        self._random_bytes = random_bytes
        self._org = org
        self._endpoint_id = endpoint_id
        self._wish = wish

    async def first_key(self) -> str:
        """Make the key that signs from the start; answer its id."""
        return await self._key(hex_of(self._endpoint_id, "signing", self._wish), "v1")

    async def first_asymmetric_key(self, wanted: bool) -> str:
        """Make the first v1a key if it is wanted; answer its id, which is always the same."""
        key = hex_of(self._endpoint_id, "asymmetric")
        return await self._key(key, "v1a") if wanted else key

    async def next_key(self, kind: SignatureKind, own: str | None) -> str:
        """Keep the key of a rotation, one of our making or the owner's own; answer its id."""
        key = hex_of(self._endpoint_id, "rotated", kind, self._wish)
        return await self._key(key, kind, own)

    async def token(self, token: str | None, before: Subscription | None) -> str | None:
        """Keep a platform's token; answer its key id: the one it has if it stays the same."""
        if token is None:
            return None
        known = before.token_key if before else None
        return await self._same_or_new(known, token, "token")

    async def headers(
        self, headers: Mapping[str, str | None], before: Subscription | None
    ) -> dict[str, str | None]:
        """Keep the values of headers; answer their key ids by name, in lower case."""
        known = dict(before.settings.headers) if before else {}
        kept: dict[str, str | None] = {}
        for name, value in headers.items():
            lower = name.lower()
            kept[lower] = (
                None
                if value is None
                else await self._same_or_new(known.get(lower), value, f"header {lower}")
            )
        return kept

    async def _same_or_new(self, known: str | None, value: str, what: str) -> str:
        if known:
            kept = await self._vault.get(self._org, self._endpoint_id, [known])
            if kept.get(known) == value:
                return known
        key = hex_of(self._endpoint_id, what, self._wish)
        await self._vault.put(key, self._org, self._endpoint_id, value)
        return key

    async def _key(self, key: str, kind: SignatureKind, own: str | None = None) -> str:
        secret = own or new_secret(kind, self._random_bytes(SECRET_BYTES))
        await self._vault.put(key, self._org, self._endpoint_id, secret)
        return key
