"""Views: tables that are a fold of events. Whoever knows more writes; a row only ever moves on."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import SQLModel

from telecine.shared.tables.database import Database
from telecine.shared.tables.group_commit import GroupCommit
from telecine.shared.tables.schema import table_of


class ViewRows:
    """The rows of one view, by `id`; an older `last_seq` never replaces a newer one."""

    def __init__(self, database: Database, table: type[SQLModel]) -> None:
        self._database = database
        self._table = table_of(table)
        self._upsert = _upsert(database, table)
        self._commits: GroupCommit[dict[str, Any], None] = GroupCommit(
            self._write, committed=database.committed(self._table.name)
        )

    async def put(self, row: dict[str, Any]) -> None:
        """Write a row; returns when it can be read. `row` has every column of the table."""
        await self._commits.put(row)

    async def page(
        self,
        matching: Sequence[ColumnElement[bool]],
        *,
        offset: int,
        limit: int,
        newest: bool = True,
        behind: Sequence[ColumnElement[bool]] = (),
    ) -> tuple[Sequence[str], int]:
        """Answer the states of one page, as they are kept, and how many rows match in all.

        The newest come first, or last. `behind` says where the page begins.
        """
        columns = self._table.c
        keys = (columns.created_at, columns.id)
        states = (
            select(columns.state)
            .where(*matching, *behind)
            .order_by(*(key.desc() if newest else key.asc() for key in keys))
            .offset(offset)
            .limit(limit)
        )
        count = select(func.count()).select_from(self._table).where(*matching)
        async with self._database.session() as session:
            found = (await session.scalars(states)).all()
            total = (await session.scalars(count)).one()
        return found, total

    async def _write(self, rows: list[dict[str, Any]]) -> Sequence[None]:
        # In one order for all copies, or PostgreSQL would find two of them waiting for each other.
        rows = sorted(rows, key=itemgetter("id"))
        async with self._database.writing() as connection:
            await connection.execute(self._upsert, rows)
        return [None] * len(rows)


def _upsert(database: Database, table: type[SQLModel]) -> Any:
    """Answer the one statement of a view; to build it takes longer than to run it."""
    insert = database.insert(table)
    columns = table_of(table).c
    return insert.on_conflict_do_update(
        index_elements=["id"],
        set_={name: insert.excluded[name] for name in columns.keys() if name != "id"},  # noqa: SIM118 - a collection, no mapping
        where=columns.last_seq < insert.excluded.last_seq,
    )
