"""The view of live streams: written by whoever knows more, read by the platforms' lists."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field as Discriminated
from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel, col

from telecine.shared.aggregates.live import Deleted, Known
from telecine.shared.contracts.lives import ListLives, LivePage
from telecine.shared.tables.database import Database, UtcTime
from telecine.shared.tables.views import ViewRows

_STATE: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Discriminated(discriminator="kind")])


class LiveRow(SQLModel, table=True):
    """The view of live streams: one row a stream, a fold of its facts; can be rebuilt."""

    __tablename__ = "lives"
    __table_args__ = (
        Index("lives_newest", "org", "created_at", "id"),
        Index("lives_of_folders", "folder"),
    )

    id: str = Field(primary_key=True)
    org: str
    kind: str
    folder: str | None
    created_at: datetime = Field(sa_type=UtcTime)
    state: str
    last_seq: int = Field(sa_type=BigInteger)


def row(state: Known, sequence: int) -> dict[str, Any]:
    """Answer the view's row for a stream's state after the fact at `sequence`."""
    return {
        "id": state.card.id,
        "org": state.card.org,
        "kind": state.kind,
        "folder": state.card.folder,
        "created_at": state.card.created_at,
        "state": _STATE.dump_json(state).decode(),
        "last_seq": sequence,
    }


class LiveView:
    """The table of live streams. A row only ever moves on."""

    def __init__(self, database: Database) -> None:
        self._rows = ViewRows(database, LiveRow)

    async def put(self, state: Known, sequence: int) -> None:
        """Show this state; returns when it can be read."""
        await self._rows.put(row(state, sequence))

    async def page(self, query: ListLives) -> LivePage:
        """Answer one page of those not deleted, newest first, and how many match in all."""
        matching = [col(LiveRow.org) == query.org, col(LiveRow.kind) != Deleted.kind]
        if query.folder is not None:
            matching.append(col(LiveRow.folder) == query.folder)
        states, total = await self._rows.page(matching, offset=query.offset, limit=query.limit)
        found = [_STATE.validate_json(state) for state in states]
        return LivePage(
            lives=[each for each in found if not isinstance(each, Deleted)], total=total
        )
