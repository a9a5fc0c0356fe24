"""Subscriptions' tables."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, false
from sqlmodel import Field, SQLModel

from telecine.shared.tables.database import UtcTime

#: SQLite counts up only columns that it calls INTEGER.
_PLACE = BigInteger().with_variant(Integer, "sqlite")


class EndpointRow(SQLModel, table=True):
    """The view of endpoints: one row an endpoint, a fold of its facts; can be rebuilt."""

    __tablename__ = "endpoints"
    __table_args__ = (
        Index("endpoints_of_org", "org", "created_at", "id"),
        Index("endpoints_changed", "org", "last_seq"),  # read for each group of facts
    )

    id: str = Field(primary_key=True)
    org: str
    platform: str
    kind: str
    created_at: datetime = Field(sa_type=UtcTime)
    state: str
    last_seq: int = Field(sa_type=BigInteger)


class SecretRow(SQLModel, table=True):
    """A secret by its key id. A record: the log names keys and never holds them. It goes soon after its
    endpoint was deleted (clearing.py).

    `sealed`: whether `value` is; only what an earlier version kept is not, until the service starts.
    """

    __tablename__ = "secrets"

    key_id: str = Field(primary_key=True)
    org: str
    endpoint_id: str = Field(index=True)
    value: str
    sealed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class LinkRow(SQLModel, table=True):
    """One delivery's place in the chain of those that reach an endpoint one after the other.

    A record: inserted once, in the order in which they are owed. `chain` is the endpoint's, or that of
    one video at the endpoint; `at` the virtual time of the event.
    """

    __tablename__ = "chain_links"
    __table_args__ = (
        Index("chain_links_of_chain", "chain", "place"),
        Index("chain_links_oldest", "at"),
    )

    place: int | None = Field(default=None, primary_key=True, sa_type=_PLACE)
    delivery_id: str = Field(unique=True)
    chain: str
    at: datetime = Field(sa_type=UtcTime)


class ReignRow(SQLModel, table=True):
    """Who fans out at present: whoever else comes with its word is late, and is refused."""

    __tablename__ = "reigns"

    name: str = Field(primary_key=True)
    holder: str


class HealthRow(SQLModel, table=True):
    """An endpoint that has had nothing but failures since a virtual time. A record: one that is well
    has no row. `version` is the endpoint's then; `told`: its recovery will be told."""

    __tablename__ = "endpoint_health"

    endpoint_id: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcTime)
    version: int
    told: bool


class ReplayRow(SQLModel, table=True):
    """One replay or recovery. A record: `cursor` is where it goes on, whichever copy works on it.

    `types` is a JSON list. `pending`: deliveries that were found and are asked for next, a JSON list.
    `waiting` of the `requested` have not been attempted yet.
    """

    __tablename__ = "replays"
    __table_args__ = (Index("replays_of_org", "org", "place"), Index("replays_running", "state"))

    place: int | None = Field(default=None, primary_key=True, sa_type=_PLACE)
    id: str = Field(unique=True)
    org: str
    endpoint_id: str
    kind: str
    state: str
    why: str | None = None
    since: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)
    types: str
    found: int
    requested: int
    waiting: int
    cursor: str
    pending: str
    created_at: datetime = Field(sa_type=UtcTime)
    updated_at: datetime = Field(sa_type=UtcTime)
    correlation_id: str
