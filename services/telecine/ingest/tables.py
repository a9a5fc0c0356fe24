"""Ingest's tables."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from telecine.shared.database import UtcTime


class VideoRow(SQLModel, table=True):
    """The view of videos: one row a video, a fold of its facts; can be rebuilt."""

    __tablename__ = "videos"
    __table_args__ = (Index("videos_newest", "org", "created_at", "id"),)

    id: str = Field(primary_key=True)
    org: str
    kind: str
    collection: str | None
    created_at: datetime = Field(sa_type=UtcTime)
    state: str
    last_seq: int
