"""Delivery's tables: records, truths of their own. `rebuild` never touches them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, text
from sqlmodel import Field, SQLModel

from telecine.shared.database import UtcTime

#: SQLite counts up only columns that it calls INTEGER.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

#: Which deliveries nobody has done with; in these very words, or the index of them is not used.
WAITS = "state IN ('postponed')"


class DeliveryRow(SQLModel, table=True):
    """One event owed to one endpoint; written with its first outcome. `next` guards its chain.

    `resent` of its `attempts` were resends.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_newest", "org", "event_sequence", "id"),
        Index("deliveries_of_endpoint", "org", "endpoint_id", "event_sequence", "id"),
        Index(
            "deliveries_waiting",
            "state",
            "created_at",
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
    )

    id: str = Field(primary_key=True)
    org: str
    endpoint_id: str
    platform: str
    event_id: str = Field(index=True)
    event_type: str
    event_sequence: int = Field(sa_type=BigInteger)
    video_id: str = Field(index=True)
    state: str
    next: int
    attempts: int
    resent: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    next_at: datetime | None = Field(sa_type=UtcTime)
    reason: str | None
    ended: str | None
    created_at: datetime = Field(sa_type=UtcTime)
    updated_at: datetime = Field(sa_type=UtcTime)
    matched_at: datetime = Field(sa_type=UtcTime)
    endpoint_sequence: int = Field(sa_type=BigInteger)
    correlation_id: str
    body: bytes


class AttemptRow(SQLModel, table=True):
    """One HTTP try; inserted, never updated. Headers are JSON lists of pairs, secrets redacted.

    `cause` is the id of the resend that asked for it.
    """

    __tablename__ = "attempts"

    id: int | None = Field(default=None, primary_key=True, sa_type=_ROW_ID)
    delivery_id: str = Field(index=True)
    number: int
    trigger: str
    cause: str | None = None
    started_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime = Field(sa_type=UtcTime)
    wall_at: datetime = Field(sa_type=UtcTime)
    url: str
    address: str | None
    request_headers: str
    status: int | None
    reason: str
    response_headers: str
    response_body: bytes
    response_truncated: bool
    error: str | None
    message: str
    duration_ms: float
    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None
    next_at: datetime | None = Field(sa_type=UtcTime)
    next_reason: str | None
