"""The view of videos: written by whoever knows more, read by the platforms' lists."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from sqlalchemy import func, select
from sqlmodel import col

from telecine.ingest.tables import VideoRow
from telecine.shared.contracts.ingest import ListVideos, VideoPage
from telecine.shared.database import Database
from telecine.shared.video import Known
from telecine.shared.views import ViewRows

_STATE: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Field(discriminator="kind")])


def row(state: Known, sequence: int) -> dict[str, Any]:
    """Answer the view's row for a video's state after the fact at `sequence`."""
    return {
        "id": state.card.id,
        "org": state.card.org,
        "kind": state.kind,
        "collection": state.card.collection,
        "created_at": state.card.created_at,
        "state": _STATE.dump_json(state).decode(),
        "last_seq": sequence,
    }


class VideoView:
    """The table of videos. A row only ever moves on: an older state never replaces a newer one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = ViewRows(database, VideoRow)

    async def put(self, state: Known, sequence: int) -> None:
        """Show this state; returns when it can be read."""
        await self._rows.put(row(state, sequence))

    async def page(self, query: ListVideos) -> VideoPage:
        """Answer one page, newest first, and how many match in all."""
        matching = [col(VideoRow.org) == query.org]
        if query.kinds:
            matching.append(col(VideoRow.kind).in_(query.kinds))
        if query.collection is not None:
            matching.append(col(VideoRow.collection) == query.collection)
        rows = (
            select(col(VideoRow.state))
            .where(*matching)
            .order_by(col(VideoRow.created_at).desc(), col(VideoRow.id).desc())
            .offset(query.offset)
            .limit(query.limit)
        )
        count = select(func.count()).select_from(VideoRow).where(*matching)
        async with self._database.session() as session:
            states = (await session.scalars(rows)).all()
            total = (await session.scalars(count)).one()
        return VideoPage(videos=[_STATE.validate_json(state) for state in states], total=total)
