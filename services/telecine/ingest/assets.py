"""Ingest's answer to what assets there are: videos and live streams from their two views, in one."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlmodel import col

from telecine.ingest.lives_view import LiveRow
from telecine.ingest.tables import VideoRow
from telecine.shared.aggregates.live import Deleted
from telecine.shared.contracts.assets import AssetPage, ListAssets
from telecine.shared.tables.database import Database


class AssetList:
    """Reads the views of videos and live streams; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, query: ListAssets) -> AssetPage:
        """Answer one page, newest first, and how many match in all."""
        both = union_all(_videos(query), _lives(query)).subquery()
        rows = (
            select(both.c.what, both.c.state)
            .order_by(both.c.created_at.desc(), both.c.id.desc())
            .offset(query.offset)
            .limit(query.limit)
        )
        async with self._database.session() as session:
            found = (await session.execute(rows)).all()
            total = (await session.scalars(select(func.count()).select_from(both))).one()
        # The states are JSON already; they are read once, as parts of the answer.
        listed = ",".join(f'{{"{what}":{state}}}' for what, state in found)
        return AssetPage.model_validate_json(f'{{"assets":[{listed}],"total":{total}}}')


def _videos(query: ListAssets) -> Select[Any]:
    places = _placed(query, col(VideoRow.collection))
    return _columns("video", VideoRow).where(
        col(VideoRow.org) == query.org,
        col(VideoRow.deleted).is_(False),
        *places,
    )


def _lives(query: ListAssets) -> Select[Any]:
    places = _placed(query, col(LiveRow.folder))
    return _columns("live", LiveRow).where(
        col(LiveRow.org) == query.org, col(LiveRow.kind) != Deleted.kind, *places
    )


def _columns(what: str, table: type[VideoRow | LiveRow]) -> Select[Any]:
    columns: list[Any] = [col(table.id), col(table.created_at), col(table.state)]
    return select(literal(what).label("what"), *columns)


def _placed(query: ListAssets, folder: Any) -> list[ColumnElement[bool]]:
    places: list[ColumnElement[bool]] = []
    if query.folder is not None:
        places.append(folder == query.folder)
    if query.has_folder is not None:
        places.append(folder.is_not(None) == query.has_folder)
    return places
