"""The view of folders: written by whoever knows more, read by the platforms' lists."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from sqlalchemy import ColumnElement
from sqlmodel import col

from telecine.ingest.tables import FolderRow
from telecine.ingest.view import same
from telecine.shared.aggregates.folder import Known, Standing
from telecine.shared.contracts.folders import FolderPage, ListFolders
from telecine.shared.tables.database import Database
from telecine.shared.tables.views import ViewRows

_STATE: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Field(discriminator="kind")])


def row(state: Known, sequence: int) -> dict[str, Any]:
    """Answer the view's row for a folder's state after the fact at `sequence`."""
    return {
        "id": state.card.id,
        "org": state.card.org,
        "kind": state.kind,
        "title": _folded(state.card.title),
        "parent": state.card.parent,
        "created_at": state.card.created_at,
        "state": _STATE.dump_json(state).decode(),
        "last_seq": sequence,
    }


class FolderView:
    """The table of folders. A row only ever moves on."""

    def __init__(self, database: Database) -> None:
        self._rows = ViewRows(database, FolderRow)

    async def put(self, state: Known, sequence: int) -> None:
        """Show this state; returns when it can be read."""
        await self._rows.put(row(state, sequence))

    async def page(self, query: ListFolders) -> FolderPage:
        """Answer one page of those not deleted, newest first, and how many match in all."""
        matching = _matching(query)
        states, total = await self._rows.page(matching, offset=query.offset, limit=query.limit)
        found = [_STATE.validate_json(state) for state in states]
        return FolderPage(
            folders=[each for each in found if isinstance(each, Standing)], total=total
        )


def _folded(title: str) -> str:
    """For searching; without NUL, which PostgreSQL cannot hold."""
    return title.casefold().replace("\x00", "")


def _matching(query: ListFolders) -> list[ColumnElement[bool]]:
    matching = [col(FolderRow.org) == query.org, col(FolderRow.kind) == Standing.kind]
    if query.q:
        matching.append(col(FolderRow.title).contains(_folded(query.q), autoescape=True))
    if query.parent is not None:
        matching.append(same(col(FolderRow.parent), query.parent))
    if query.has_parent is not None:
        matching.append(col(FolderRow.parent).is_not(None) == query.has_parent)
    if query.ids:
        matching.append(col(FolderRow.id).in_([each for each in query.ids if "\x00" not in each]))
    return matching
