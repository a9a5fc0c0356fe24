"""The secrets of endpoints, by key id: written before the fact that names them, read by who signs."""

from base64 import b64encode
from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import col

from telecine.shared.database import Database
from telecine.subscriptions.tables import SecretRow

#: Bytes of a signing secret; Standard Webhooks asks for 24 to 64.
SECRET_BYTES = 32


def signing_secret(random_bytes: bytes) -> str:
    """Answer a Standard Webhooks secret: `whsec_` and base64 (spec 1.0.0, "Signature scheme")."""
    return f"whsec_{b64encode(random_bytes).decode()}"


class Vault:
    """The table of secrets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, key_id: str, org: str, endpoint_id: str, value: str) -> None:
        """Keep a secret under a key id. A key id that is known keeps its first secret."""
        insert = self._database.insert(SecretRow).on_conflict_do_nothing(index_elements=["key_id"])
        row = {"key_id": key_id, "org": org, "endpoint_id": endpoint_id, "value": value}
        async with self._database.engine.begin() as connection:
            await connection.execute(insert, [row])

    async def get(self, org: str, endpoint_id: str, key_ids: Iterable[str]) -> dict[str, str]:
        """Answer the secrets of one endpoint that are known among these key ids."""
        rows = select(col(SecretRow.key_id), col(SecretRow.value)).where(
            col(SecretRow.org) == org,
            col(SecretRow.endpoint_id) == endpoint_id,
            col(SecretRow.key_id).in_(list(key_ids)),
        )
        async with self._database.session() as session:
            return {row.key_id: row.value for row in await session.execute(rows)}
