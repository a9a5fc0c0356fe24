"""The table of replays: begun once for each wish, moved on by whoever leads, cancelled by anybody."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from telecine.shared.contracts.replays import ListReplays, Replay, ReplayPage
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.tables.database import Database
from telecine.subscriptions.reigns import Reign
from telecine.subscriptions.tables import ReplayRow


class Replays:
    """Only a running one moves, so what was cancelled stays so. `reign`: of who moves them on, whose word
    counts until another copy begins."""

    def __init__(self, database: Database, reign: Reign | None = None) -> None:
        self._database = database
        self._writing = reign.writing if reign else database.writing

    async def begin(self, row: Mapping[str, Any]) -> ReplayRow:
        """Put a new one on record, unless its id is; answer that which is."""
        insert = self._database.insert(ReplayRow).on_conflict_do_nothing(index_elements=["id"])
        async with self._database.writing() as connection:
            await connection.execute(insert, [dict(row)])
        found = await self.get(row["org"], row["id"])
        if found is None:  # it had ended long ago, and was forgotten a moment ago
            raise Unavailable(f"replay {row['id']} is forgotten by now; ask once more")
        return found

    async def get(self, org: str, replay_id: str) -> ReplayRow | None:
        """Answer an organisation's replay."""
        wanted = select(ReplayRow).where(col(ReplayRow.id) == replay_id, col(ReplayRow.org) == org)
        async with self._database.session() as session:
            return (await session.scalars(wanted)).first()

    async def running(self) -> list[ReplayRow]:
        """Answer everybody's that are not at their end, oldest first."""
        wanted = select(ReplayRow).where(col(ReplayRow.state) == "running")
        async with self._database.session() as session:
            return list((await session.scalars(wanted.order_by(col(ReplayRow.place)))).all())

    async def move(self, replay_id: str, at: datetime, **changes: Any) -> bool:
        """Change a running one. False: it runs no more. Raises Conflict if another copy moves them on."""
        moved = (
            update(ReplayRow)
            .where(col(ReplayRow.id) == replay_id, col(ReplayRow.state) == "running")
            .values(**changes, updated_at=at)
        )
        async with self._writing() as connection:
            return bool((await connection.execute(moved)).rowcount)

    async def page(self, query: ListReplays) -> ReplayPage:
        """Answer a page, newest first."""
        wanted = select(ReplayRow).where(col(ReplayRow.org) == query.org)
        if query.endpoint_id:
            wanted = wanted.where(col(ReplayRow.endpoint_id) == query.endpoint_id)
        if query.cursor:
            wanted = wanted.where(col(ReplayRow.place) < _place(query.cursor))
        newest = wanted.order_by(col(ReplayRow.place).desc()).limit(query.limit + 1)
        async with self._database.session() as session:
            rows = (await session.scalars(newest)).all()
        more = len(rows) > query.limit
        return ReplayPage(
            replays=[shown(row) for row in rows[: query.limit]],
            cursor=str(rows[query.limit - 1].place) if more else None,
        )


def shown(row: ReplayRow) -> Replay:
    """Answer a replay as it is told."""
    fields = row.model_dump(
        exclude={"place", "org", "waiting", "cursor", "pending", "correlation_id"}
    )
    return Replay.model_validate(
        {
            **fields,
            "types": json.loads(row.types),
            "done": row.requested - row.waiting,
            "position": row.cursor,
        }
    )


def _place(text: str) -> int:
    if not (text.isdecimal() and len(text) < 19):
        message = "not a cursor of this list; take it from the answer before"
        raise Refusal("invalid", message, "cursor")
    return int(text)
