"""`Idempotency-Key`: one key is one wish, however often it is sent; another wish needs another key.

After the IETF draft "The Idempotency-Key HTTP Header Field": a key that comes again with another
request is refused with 422. What a wish has made the services find again by its name. `/v1` answers a
repeated request with the very answer that it gave the first time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlmodel import col

from telecine.gateway.tables import WishRow
from telecine.shared.tables.database import Database
from telecine.shared.tables.schema import table_of


class Answer(NamedTuple):
    """What a wish was answered: a status and a JSON body."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Held:
    """A wish as it is on record. `ours`: this request is the first with its key."""

    ours: bool
    fingerprint: str
    answer: Answer | None


class Wishes:
    """The table of wishes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hold(self, wish: str, fingerprint: str) -> Held:
        """Put a wish on record, or find the one that is."""
        row = {"wish": wish, "fingerprint": fingerprint, "status": None, "answer": None}
        insert = self._database.insert(WishRow).on_conflict_do_nothing(index_elements=["wish"])
        known = select(table_of(WishRow)).where(col(WishRow.wish) == wish)
        async with self._database.writing() as connection:
            if (await connection.execute(insert, [row])).rowcount:
                return Held(True, fingerprint, None)
            found = (await connection.execute(known)).one()
        answer = None if found.status is None else Answer(found.status, found.answer)
        return Held(False, found.fingerprint, answer)

    async def keep(self, wish: str, fingerprint: str, answer: Answer) -> None:
        """Keep what a wish was answered, even if it has emptied this table itself (a reset)."""
        insert = self._database.insert(WishRow)
        row = {"wish": wish, "fingerprint": fingerprint, **_columns(answer)}
        changed = {name: insert.excluded[name] for name in ("status", "answer")}
        upsert = insert.on_conflict_do_update(index_elements=["wish"], set_=changed)
        async with self._database.writing() as connection:
            await connection.execute(upsert, [row])

    async def forget(self, wish: str) -> None:
        """Let a key be used again: its request was refused, and nothing was done."""
        async with self._database.writing() as connection:
            await connection.execute(delete(WishRow).where(col(WishRow.wish) == wish))


def _columns(answer: Answer) -> dict[str, int | bytes]:
    return {"status": answer.status, "answer": answer.body}
