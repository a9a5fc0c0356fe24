"""The view of videos: written by whoever knows more, read by the platforms' lists."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from sqlalchemy import ColumnElement, false, tuple_
from sqlmodel import col

from telecine.ingest.tables import VideoRow
from telecine.shared.aggregates.video import Known
from telecine.shared.contracts.ingest import ListVideos, VideoPage
from telecine.shared.tables.database import Database
from telecine.shared.tables.views import ViewRows

_STATE: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Field(discriminator="kind")])


def row(state: Known, sequence: int) -> dict[str, Any]:
    """Answer the view's row for a video's state after the fact at `sequence`."""
    return {
        "id": state.card.id,
        "org": state.card.org,
        "kind": state.kind,
        "deleted": state.card.deleted_at is not None,
        "collection": state.card.collection,
        "created_at": state.card.created_at,
        "state": _STATE.dump_json(state).decode(),
        "last_seq": sequence,
    }


class VideoView:
    """The table of videos. A row only ever moves on: an older state never replaces a newer one."""

    def __init__(self, database: Database) -> None:
        self._rows = ViewRows(database, VideoRow)

    async def put(self, state: Known, sequence: int) -> None:
        """Show this state; returns when it can be read."""
        await self._rows.put(row(state, sequence))

    async def page(self, query: ListVideos) -> VideoPage:
        """Answer one page, newest first, and how many match in all."""
        states, total = await self._rows.page(
            _matching(query), offset=query.offset, limit=query.limit, behind=_behind(query)
        )
        return VideoPage(videos=[_STATE.validate_json(state) for state in states], total=total)


def same(column: Any, text: str) -> ColumnElement[bool]:
    """Answer whether a column holds a text; one with a NUL no database can hold, and some refuse."""
    return false() if "\x00" in text else column == text


def _matching(query: ListVideos) -> list[ColumnElement[bool]]:
    matching = [
        col(VideoRow.org) == query.org,
        col(VideoRow.deleted) == (query.deleted == "only"),
    ]
    if query.kinds:
        matching.append(col(VideoRow.kind).in_(query.kinds))
    if query.collection is not None:
        matching.append(same(col(VideoRow.collection), query.collection))
    if query.has_collection is not None:
        matching.append(col(VideoRow.collection).is_not(None) == query.has_collection)
    return matching


def _behind(query: ListVideos) -> list[ColumnElement[bool]]:
    if query.behind is None:
        return []
    place = tuple_(col(VideoRow.created_at), col(VideoRow.id))
    return [place < (query.behind.created_at, query.behind.id)]
