"""Ingest's tables, both of them views."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from telecine.shared.tables.database import UtcTime


class VideoRow(SQLModel, table=True):
    """The view of videos: one row a video, a fold of its facts; can be rebuilt."""

    __tablename__ = "videos"
    __table_args__ = (
        Index("videos_newest", "org", "created_at", "id"),
        Index("videos_of_folders", "collection"),
    )

    id: str = Field(primary_key=True)
    org: str
    kind: str
    deleted: bool
    collection: str | None
    created_at: datetime = Field(sa_type=UtcTime)
    state: str
    last_seq: int = Field(sa_type=BigInteger)


class FolderRow(SQLModel, table=True):
    """The view of folders: one row a folder. `title` is folded, for searching."""

    __tablename__ = "folders"
    __table_args__ = (
        Index("folders_newest", "org", "created_at", "id"),
        Index("folders_within", "parent"),
    )

    id: str = Field(primary_key=True)
    org: str
    kind: str
    title: str
    parent: str | None
    created_at: datetime = Field(sa_type=UtcTime)
    state: str
    last_seq: int = Field(sa_type=BigInteger)
