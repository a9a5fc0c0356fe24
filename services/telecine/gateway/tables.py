"""The gateway's tables, all of them records: credentials that were issued or revoked, and wishes."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from telecine.shared.tables.database import UtcTime


class TokenRow(SQLModel, table=True):
    """A token that was issued for a key; only its hash is kept."""

    __tablename__ = "tokens"

    hash: str = Field(primary_key=True)
    org: str = Field(index=True)
    issued_at: datetime = Field(sa_type=UtcTime)


class KeyRow(SQLModel, table=True):
    """A key that is not as the settings have it: revoked, or in the place of one that was.

    `sealed` is the key itself, encrypted, while it is good; a revoked one has only its hash.
    """

    __tablename__ = "keys"

    hash: str = Field(primary_key=True)
    org: str
    sealed: str | None
    revoked_at: datetime | None = Field(sa_type=UtcTime)


class ChangeRow(SQLModel, table=True):
    """How often tokens and keys have changed: whoever read them at this count knows them still."""

    __tablename__ = "credential_changes"

    id: int = Field(primary_key=True)
    count: int


class WishRow(SQLModel, table=True):
    """A request that came with an `Idempotency-Key`: what it asked for, and what it was answered.

    `wish` is the hash of organisation, path and key; the answer is kept for `/v1` alone, as a platform
    answers a repeated request with its object as it stands.
    """

    __tablename__ = "wishes"

    wish: str = Field(primary_key=True)
    fingerprint: str
    status: int | None
    answer: bytes | None
