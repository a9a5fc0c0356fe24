"""Views: tables that are a fold of events. Whoever knows more writes; a row only ever moves on."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import SQLModel

from telecine.shared.database import Database, GroupCommit


class ViewRows:
    """The rows of one view, by `id`; an older `last_seq` never replaces a newer one."""

    def __init__(self, database: Database, table: type[SQLModel]) -> None:
        self._database = database
        self._table = table
        self._commits: GroupCommit[dict[str, Any], None] = GroupCommit(self._write)

    async def put(self, row: dict[str, Any]) -> None:
        """Write a row; returns when it can be read. `row` has every column of the table."""
        await self._commits.put(row)

    async def _write(self, rows: list[dict[str, Any]]) -> Sequence[None]:
        insert = self._database.insert(self._table)
        columns = self._table.__table__.c  # type: ignore[attr-defined]  # SQLModel adds it at run time
        upsert = insert.on_conflict_do_update(
            index_elements=["id"],
            set_={name: insert.excluded[name] for name in rows[0] if name != "id"},
            where=columns.last_seq < insert.excluded.last_seq,
        )
        async with self._database.engine.begin() as connection:
            await connection.execute(upsert, rows)
        return [None] * len(rows)
