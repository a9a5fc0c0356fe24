"""Delivery's tables: records, truths of their own. `rebuild` never touches them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, false, text
from sqlmodel import Field, SQLModel

from telecine.shared.tables.database import UtcTime

#: SQLite counts up only columns that it calls INTEGER.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

#: Which deliveries nobody has done with; in these very words, or the index of them is not used.
WAITS = "state IN ('postponed', 'parked')"
PARKED = "state = 'parked'"
#: Which an endpoint's timer fetches: not those that wait in a chain, of which there may be many.
FETCHED = "state = 'parked' AND reason != 'ordering'"
#: Of these, which wait behind all others.
REPLAYED = "state = 'parked' AND reason = 'replay'"
#: Which attempts failed.
FAILED = "error IS NOT NULL"


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of few rows: all others pay nothing for it."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class DeliveryRow(SQLModel, table=True):
    """One event owed to one endpoint; written with its first outcome or parking. `next` guards its
    chain.

    `resent` of its `attempts` were resends. `reason` says why it is postponed or parked; `predecessor`
    is the delivery that it comes after, where the endpoint asks for order.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_newest", "org", "created_at", "event_sequence", "id"),
        Index(
            "deliveries_of_endpoint", "org", "endpoint_id", "created_at", "event_sequence", "id"
        ),
        _partial("deliveries_waiting", "state", "created_at", where=WAITS),
        _partial("deliveries_parked", "endpoint_id", "created_at", "id", where=PARKED),
        _partial("deliveries_fetched", "endpoint_id", "created_at", "id", where=FETCHED),
        _partial("deliveries_replayed", "endpoint_id", "created_at", "id", where=REPLAYED),
        _partial("deliveries_behind", "predecessor", where=PARKED),
    )

    id: str = Field(primary_key=True)
    org: str
    endpoint_id: str
    platform: str
    event_id: str
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
    predecessor: str | None = None
    trigger: str = Field(default="first", sa_column_kwargs={"server_default": "first"})
    body: bytes


class AttemptRow(SQLModel, table=True):
    """One HTTP try; inserted, never updated. Headers are JSON lists of pairs, secrets redacted.

    `cause` is the id of the resend that asked for it; `key_ids` (JSON) names the keys that signed it.
    `response_length` is the true length of the body, if it is known.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        Index("attempts_newest", "org", "id"),
        Index("attempts_of_endpoint", "endpoint_id", "id"),
        _partial("attempts_failed", "org", "id", where=FAILED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=_ROW_ID)
    delivery_id: str = Field(index=True)
    org: str = Field(default="", sa_column_kwargs={"server_default": ""})
    endpoint_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    event_type: str = Field(default="", sa_column_kwargs={"server_default": ""})
    number: int
    trigger: str
    cause: str | None = None
    started_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime = Field(sa_type=UtcTime)
    wall_at: datetime = Field(sa_type=UtcTime)
    url: str
    address: str | None
    reused: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    key_ids: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})
    request_headers: str
    status: int | None
    reason: str
    response_headers: str
    response_body: bytes
    response_truncated: bool
    response_length: int | None = Field(default=None, sa_type=BigInteger)
    error: str | None
    message: str
    duration_ms: float
    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None
    next_at: datetime | None = Field(sa_type=UtcTime)
    next_reason: str | None


class ResendRow(SQLModel, table=True):
    """One more attempt of a delivery on record that is wished for, until it is on record itself: `trigger`
    says by whom. What is wished for `in_bulk` waits behind all else that its endpoint is owed.

    `asked_at` is virtual; `endpoint_sequence`: the endpoint's last fact by then.
    """

    __tablename__ = "resends"
    __table_args__ = (Index("resends_next", "endpoint_id", "in_bulk", "asked_at", "id"),)

    id: str = Field(primary_key=True)
    org: str
    endpoint_id: str
    delivery_id: str
    trigger: str
    in_bulk: bool
    asked_at: datetime = Field(sa_type=UtcTime)
    endpoint_sequence: int = Field(sa_type=BigInteger)
    correlation_id: str


class GateRow(SQLModel, table=True):
    """What holds an endpoint's deliveries back, shared by all workers. Times are virtual.

    The breaker: open until `open_until`, for the `trips`-th time, because of `reason`. The rate limit:
    `arrival` (see limiter.py). The endpoint's one timer: set for `due` under `generation`; `due` is
    null while none is set. Who handles that generation's firing alone fetches what is parked, and is
    `draining`.
    """

    __tablename__ = "gates"

    endpoint_id: str = Field(primary_key=True)
    org: str
    open_until: datetime | None = Field(default=None, sa_type=UtcTime)
    trips: int = 0
    reason: str | None = None
    arrival: datetime | None = Field(default=None, sa_type=UtcTime)
    generation: int = Field(default=0, sa_type=BigInteger)
    due: datetime | None = Field(default=None, sa_type=UtcTime)
    draining: bool = False


class MarkRow(SQLModel, table=True):
    """How far something has come that is done in small steps, by its name."""

    __tablename__ = "marks"

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
