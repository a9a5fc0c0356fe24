"""Subscriptions' tables."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
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
    """A secret by its key id. A record: the log names keys and never holds them."""

    __tablename__ = "secrets"

    key_id: str = Field(primary_key=True)
    org: str
    endpoint_id: str = Field(index=True)
    value: str
