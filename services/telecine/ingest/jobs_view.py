"""The view of transcoding jobs: written by whoever knows more, read by the platforms' lists."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field as Discriminated
from pydantic import TypeAdapter
from sqlalchemy import BigInteger, ColumnElement, Index
from sqlmodel import Field, SQLModel, col

from telecine.shared.aggregates.job import Known
from telecine.shared.contracts.jobs import JobPage, ListJobs
from telecine.shared.tables.database import Database, UtcTime
from telecine.shared.tables.views import ViewRows

_STATE: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Discriminated(discriminator="kind")])


class JobRow(SQLModel, table=True):
    """The view of transcoding jobs: one row a job, a fold of its facts; can be rebuilt."""

    __tablename__ = "jobs"
    __table_args__ = (Index("jobs_newest", "org", "created_at", "id"),)

    id: str = Field(primary_key=True)
    org: str
    kind: str
    drm: bool
    created_at: datetime = Field(sa_type=UtcTime)
    state: str
    last_seq: int = Field(sa_type=BigInteger)


def row(state: Known, sequence: int) -> dict[str, Any]:
    """Answer the view's row for a job's state after the fact at `sequence`."""
    return {
        "id": state.card.id,
        "org": state.card.org,
        "kind": state.kind,
        "drm": state.card.opening.drm,
        "created_at": state.card.created_at,
        "state": _STATE.dump_json(state).decode(),
        "last_seq": sequence,
    }


class JobView:
    """The table of transcoding jobs. A row only ever moves on."""

    def __init__(self, database: Database) -> None:
        self._rows = ViewRows(database, JobRow)

    async def put(self, state: Known, sequence: int) -> None:
        """Show this state; returns when it can be read."""
        await self._rows.put(row(state, sequence))

    async def page(self, query: ListJobs) -> JobPage:
        """Answer one page, and how many match in all."""
        states, total = await self._rows.page(
            _matching(query),
            offset=query.offset,
            limit=query.limit,
            newest=query.order == "newest",
        )
        return JobPage(jobs=[_STATE.validate_json(state) for state in states], total=total)


def _matching(query: ListJobs) -> list[ColumnElement[bool]]:
    matching = [col(JobRow.org) == query.org]
    if query.kinds:
        matching.append(col(JobRow.kind).in_(query.kinds))
    if query.drm is not None:
        matching.append(col(JobRow.drm) == query.drm)
    if query.created_from is not None:
        matching.append(col(JobRow.created_at) >= query.created_from)
    if query.created_to is not None:
        matching.append(col(JobRow.created_at) <= query.created_to)
    return matching
