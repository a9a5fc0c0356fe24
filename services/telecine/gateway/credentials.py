"""Who may call: the settings' keys, those that replaced a revoked one, and the tokens issued for them.

Every copy of the gateway asks the tables, before each request, whether anything has changed since it
read them; so what one copy revokes, none takes any more. Secrets are compared in constant time, or
looked up by their hash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from telecine.gateway.tables import ChangeRow, KeyRow, TokenRow
from telecine.shared.errors import Refusal
from telecine.shared.tables.database import Database
from telecine.shared.tables.schema import table_of
from telecine.shared.tables.sealing import BrokenSeal, Seal
from telecine.shared.time.virtual_time import wall_now

#: Tokens that an organisation may have at once, as the platform that issues them documents it.
MOST_TOKENS = 20

_NEVER = -1


@dataclass(frozen=True)
class Known:
    """Credentials as the tables had them after `count` changes."""

    count: int
    keys: Mapping[str, Sequence[str]]
    tokens: Mapping[str, str] = field(default_factory=dict)


def hash_of(secret: str) -> str:
    """Answer how a key or token stands in the tables."""
    return sha256(f"telecine credential {secret}".encode()).hexdigest()


def good_keys(
    configured: Mapping[str, Sequence[str]], rows: Sequence[KeyRow], seal: Seal
) -> dict[str, list[str]]:
    """Answer every organisation's keys: those of the settings and the newer ones, without the revoked.

    Raises BrokenSeal.
    """
    revoked = {row.hash for row in rows if row.sealed is None}
    good = {
        org: [key for key in keys if hash_of(key) not in revoked]
        for org, keys in configured.items()
    }
    for row in rows:
        if row.sealed is not None and row.org in good:
            good[row.org].append(seal.open(row.sealed, row.hash))
    return good


class Credentials:
    """Answers whose a credential is, issues tokens and replaces keys. `refresh` before each request."""

    def __init__(
        self, database: Database, seal: Seal, configured: Mapping[str, Sequence[str]]
    ) -> None:
        self._database = database
        self._seal = seal
        self._configured = configured
        self._known = Known(_NEVER, {})
        #: The keys that are good now, by organisation; changed in place.
        self.keys: dict[str, Sequence[str]] = {}

    def holder_of(self, token: str) -> str | None:
        """Answer whose token this is."""
        return self._known.tokens.get(hash_of(token))

    async def refresh(self) -> None:
        """Read the tables again if they have changed. Raises Refusal if they cannot be unsealed."""
        async with self._database.engine.connect() as connection:
            if await _count(connection) != self._known.count:
                self._known = await self._read(connection)
                self.keys.update(self._known.keys)

    async def _read(self, connection: AsyncConnection) -> Known:
        count = await _count(connection)
        keys = [
            KeyRow(**row)
            for row in (await connection.execute(select(table_of(KeyRow)))).mappings()
        ]
        tokens = (await connection.execute(select(table_of(TokenRow)))).mappings()
        try:
            good = good_keys(self._configured, keys, self._seal)
        except BrokenSeal as error:
            message = (
                "the API keys in the gateway's tables were sealed with another key: start with "
                "that one (TELECINE_SEAL_KEY, or seal.key in the data folder)"
            )
            raise Refusal("invalid", message, "seal_key") from error
        return Known(
            count, good, {row["hash"]: row["org"] for row in tokens if row["org"] in good}
        )

    async def issue(self, org: str, wish: str) -> str:
        """Answer a new token of an organisation; the same one for the same wish.

        Raises Refusal if it has as many as it may.
        """
        token = self._seal.derived("token", org, wish)
        async with self._database.alone() as connection:
            of_org = select(col(TokenRow.hash)).where(col(TokenRow.org) == org)
            issued = set((await connection.execute(of_org)).scalars())
            if hash_of(token) not in issued:
                if len(issued) >= MOST_TOKENS:
                    raise Refusal(
                        "conflict", f"{org} has {MOST_TOKENS} tokens, and may have no more"
                    )
                row = {"hash": hash_of(token), "org": org, "issued_at": wall_now()}
                await connection.execute(self._database.insert(TokenRow), [row])
                await self._changed(connection)
        await self.refresh()
        return token

    async def withdraw(self, token: str) -> None:
        """Make a token worthless."""
        async with self._database.alone() as connection:
            gone = delete(TokenRow).where(col(TokenRow.hash) == hash_of(token))
            await connection.execute(gone)
            await self._changed(connection)
        await self.refresh()

    async def replace(self, org: str, key: str, wish: str) -> str:
        """Revoke a key of an organisation. Answers the one in its place; the same for the same wish.

        Raises Refusal if it is no good key of the organisation's.
        """
        new = self._seal.derived("key", org, wish)
        async with self._database.alone() as connection:
            good = (await self._read(connection)).keys.get(org, ())
            if not _is_among(new, good):
                if not _is_among(key, good):
                    raise Refusal("not_found", "no key of yours; it may be revoked already", "key")
                await self._put(connection, org, key, revoked=True)
                await self._put(connection, org, new, revoked=False)
                await self._changed(connection)
        await self.refresh()
        return new

    async def _put(
        self, connection: AsyncConnection, org: str, key: str, *, revoked: bool
    ) -> None:
        name = hash_of(key)
        row = {
            "hash": name,
            "org": org,
            "sealed": None if revoked else self._seal.close(key, name),
            "revoked_at": wall_now() if revoked else None,
        }
        insert = self._database.insert(KeyRow)
        changed = {"sealed": insert.excluded.sealed, "revoked_at": insert.excluded.revoked_at}
        upsert = insert.on_conflict_do_update(index_elements=["hash"], set_=changed)
        await connection.execute(upsert, [row])

    async def _changed(self, connection: AsyncConnection) -> None:
        insert = self._database.insert(ChangeRow)
        once_more = {"count": col(ChangeRow.count) + 1}
        upsert = insert.on_conflict_do_update(index_elements=["id"], set_=once_more)
        await connection.execute(upsert, [{"id": 1, "count": 1}])


def _is_among(key: str, keys: Sequence[str]) -> bool:
    """Whether a key is one of these; every one is compared, each in constant time."""
    return sum(compare_digest(key.encode(), known.encode()) for known in keys) > 0


async def _count(connection: AsyncConnection) -> int:
    found: int | None = await connection.scalar(select(func.max(col(ChangeRow.count))))
    return found or 0
