"""The view of endpoints: written by whoever knows more, read by lists and by matching."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from sqlalchemy import func, select
from sqlmodel import col

from telecine.shared.aggregates.endpoint import Active, Deleted, Known, Living
from telecine.shared.contracts.subscriptions import EndpointPage, ListEndpoints
from telecine.shared.tables.database import Database
from telecine.shared.tables.views import ViewRows
from telecine.subscriptions.tables import EndpointRow

#: Endpoints that one statement looks for: SQLite takes no more than some thousands of values.
_AT_ONCE = 500

#: How many endpoints there are, and the sum of the positions of their last facts.
Mark = tuple[int, int]

_STATE: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Field(discriminator="kind")])


def row(state: Known, sequence: int) -> dict[str, Any]:
    """Answer the view's row for an endpoint's state after the fact at `sequence`."""
    return {
        "id": state.profile.id,
        "org": state.profile.org,
        "platform": state.profile.platform,
        "kind": state.kind,
        "created_at": state.profile.created_at,
        "state": _STATE.dump_json(state).decode(),
        "last_seq": sequence,
    }


@lru_cache(maxsize=10_000)
def _read(state: str) -> Known:
    """Read a stored state; matching asks for the same ones again and again."""
    return _STATE.validate_json(state)


class EndpointView:
    """The table of endpoints. A row only ever moves on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = ViewRows(database, EndpointRow)

    async def put(self, state: Known, sequence: int) -> None:
        """Show this state; returns when matching and lists can see it."""
        await self._rows.put(row(state, sequence))

    async def page(self, query: ListEndpoints) -> EndpointPage:
        """Answer one page of those not deleted, newest first, and how many there are."""
        matching = [col(EndpointRow.org) == query.org, col(EndpointRow.kind) != Deleted.kind]
        if query.platform:
            matching.append(col(EndpointRow.platform) == query.platform)
        states, total = await self._rows.page(matching, offset=query.offset, limit=query.limit)
        living = [_STATE.validate_json(state) for state in states]
        return EndpointPage(
            endpoints=[each for each in living if not isinstance(each, Deleted)], total=total
        )

    async def mark(self, org: str) -> Mark:
        """Answer what changes whenever an endpoint of an organisation does: rows only ever move on."""
        marked = select(func.count(), func.sum(col(EndpointRow.last_seq))).where(
            col(EndpointRow.org) == org
        )
        async with self._database.session() as session:
            count, total = (await session.execute(marked)).one()
        return count, int(total or 0)

    async def active(self, org: str) -> list[tuple[Active, int]]:
        """Answer an organisation's active endpoints with the position of their last fact, oldest first."""
        rows = (
            select(col(EndpointRow.state), col(EndpointRow.last_seq))
            .where(col(EndpointRow.org) == org, col(EndpointRow.kind) == Active.kind)
            .order_by(col(EndpointRow.created_at), col(EndpointRow.id))
        )
        async with self._database.session() as session:
            found = (await session.execute(rows)).all()
        states = [(_read(state), sequence) for state, sequence in found]
        return [(state, seq) for state, seq in states if isinstance(state, Active)]

    async def living(self, ids: Sequence[str]) -> dict[str, tuple[Living, int]]:
        """Answer those of these endpoints that are not deleted, with the positions of their last facts."""
        found: dict[str, tuple[Living, int]] = {}
        async with self._database.session() as session:
            for start in range(0, len(ids), _AT_ONCE):
                some = col(EndpointRow.id).in_(ids[start : start + _AT_ONCE])
                rows = select(col(EndpointRow.state), col(EndpointRow.last_seq)).where(some)
                for text, sequence in await session.execute(rows):
                    state = _read(text)
                    if not isinstance(state, Deleted):
                        found[state.profile.id] = state, sequence
        return found
