"""Subscriptions' tables."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, false
from sqlmodel import Field, SQLModel

from telecine.shared.database import UtcTime


class EndpointRow(SQLModel, table=True):
    """The view of endpoints: one row an endpoint, a fold of its facts; can be rebuilt."""

    __tablename__ = "endpoints"
    __table_args__ = (Index("endpoints_of_org", "org", "created_at", "id"),)

    id: str = Field(primary_key=True)
    org: str
    platform: str
    kind: str
    created_at: datetime = Field(sa_type=UtcTime)
    state: str
    last_seq: int = Field(sa_type=BigInteger)


class SecretRow(SQLModel, table=True):
    """A secret by its key id. A record: the log names keys and never holds them.

    `sealed`: whether `value` is; only what an earlier version kept is not, until the service starts.
    """

    __tablename__ = "secrets"

    key_id: str = Field(primary_key=True)
    org: str
    endpoint_id: str = Field(index=True)
    value: str
    sealed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
