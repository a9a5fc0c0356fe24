"""The secrets of endpoints, by key id: written before the fact that names them, read by who signs.

Sealed in the table, each for its own row. Nothing but `get` ever answers one in clear.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy import Row, select, update
from sqlmodel import col

from telecine.shared.errors import Refusal
from telecine.shared.tables.database import Database
from telecine.shared.tables.schema import table_of
from telecine.shared.tables.sealing import BrokenSeal, Seal
from telecine.subscriptions.tables import SecretRow

log = structlog.get_logger()

#: Rows that are sealed together.
_PAGE = 200
_SECRETS = table_of(SecretRow)


class Vault:
    """The table of secrets."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def open(self) -> None:
        """See that the seal key is the one in use, and seal what an earlier version kept in clear.

        Raises Refusal if it is another one.
        """
        async with self._database.session() as session:
            sealed = select(_SECRETS).where(col(SecretRow.sealed)).limit(1)
            known = (await session.execute(sealed)).all()
        try:
            self._opened(known)
        except BrokenSeal as error:
            message = (
                "the endpoints' secrets were sealed with another key: start with that one "
                "(TELECINE_SEAL_KEY, or seal.key in the data folder)"
            )
            raise Refusal("invalid", message, "seal_key") from error
        while count := await self._seal_some():
            log.info("vault.sealed", count=count)

    async def put(self, key_id: str, org: str, endpoint_id: str, value: str) -> None:
        """Keep a secret under a key id. A key id that is known keeps its first secret."""
        insert = self._database.insert(SecretRow).on_conflict_do_nothing(index_elements=["key_id"])
        row = {
            "key_id": key_id,
            "org": org,
            "endpoint_id": endpoint_id,
            "value": self._seal.close(value, _purpose(org, endpoint_id, key_id)),
            "sealed": True,
        }
        async with self._database.writing() as connection:
            await connection.execute(insert, [row])

    async def get(self, org: str, endpoint_id: str, key_ids: Iterable[str]) -> dict[str, str]:
        """Answer the secrets of one endpoint that are known among these key ids. Raises BrokenSeal."""
        rows = select(_SECRETS).where(
            col(SecretRow.org) == org,
            col(SecretRow.endpoint_id) == endpoint_id,
            col(SecretRow.key_id).in_(list(key_ids)),
        )
        async with self._database.session() as session:
            return self._opened((await session.execute(rows)).all())

    def _opened(self, rows: Sequence[Row[Any]]) -> dict[str, str]:
        return {
            row.key_id: self._seal.open(row.value, _purpose(row.org, row.endpoint_id, row.key_id))
            if row.sealed
            else row.value
            for row in rows
        }

    async def _seal_some(self) -> int:
        """Seal some of what is in clear; answers how many. Other copies may do the same."""
        clear = select(_SECRETS).where(~col(SecretRow.sealed)).limit(_PAGE)
        async with self._database.alone() as connection:
            rows = (await connection.execute(clear)).all()
            for row in rows:
                purpose = _purpose(row.org, row.endpoint_id, row.key_id)
                closed = {"value": self._seal.close(row.value, purpose), "sealed": True}
                one = update(SecretRow).where(col(SecretRow.key_id) == row.key_id)
                await connection.execute(one.values(**closed))
        return len(rows)


def _purpose(org: str, endpoint_id: str, key_id: str) -> str:
    return f"secret of {org} {endpoint_id} {key_id}"
