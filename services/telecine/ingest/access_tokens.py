"""Ingest's answers about access tokens: a table of records, since nothing follows from one.

No fact, no view and no webhook has ever been about a token; `rebuild` leaves them alone.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, func, select, update
from sqlmodel import Field, SQLModel, col

from telecine.shared.contracts.access_tokens import (
    AccessToken,
    AccessTokenAnswer,
    AccessTokenPage,
    CreateAccessToken,
    GetAccessToken,
    ListAccessTokens,
    Terms,
    UpdateAccessToken,
)
from telecine.shared.copies.instance import Instance
from telecine.shared.errors import Refusal
from telecine.shared.ids import uuid_of
from telecine.shared.tables.database import Database, UtcTime
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.rpc import serve


class AccessTokenRow(SQLModel, table=True):
    """A token by its code; `terms` is JSON."""

    __tablename__ = "access_tokens"
    __table_args__ = (Index("access_tokens_of_assets", "org", "asset_id", "created_at", "code"),)

    code: str = Field(primary_key=True)
    org: str
    asset_id: str
    created_at: datetime = Field(sa_type=UtcTime)
    terms: str


def answer_access_tokens(me: Instance, database: Database) -> None:
    """Answer about access tokens for as long as the instance runs."""
    tokens = AccessTokens(database, me.clock, me.settings.seed)
    serve(me.broker, CreateAccessToken, tokens.create)
    serve(me.broker, UpdateAccessToken, tokens.update)
    serve(me.broker, GetAccessToken, tokens.get)
    serve(me.broker, ListAccessTokens, tokens.list)


class AccessTokens:
    """Creating is idempotent by the request's key, updating by what is wished."""

    def __init__(self, database: Database, clock: VirtualClock, seed: int) -> None:
        self._database = database
        self._clock = clock
        self._seed = seed

    async def create(self, command: CreateAccessToken) -> AccessTokenAnswer:
        """Make a token; one that is there keeps its terms."""
        asset, key = command.asset_id, command.request_key
        code = uuid_of(self._seed, command.org, "access token", asset, key)
        row = {
            "code": code,
            "org": command.org,
            "asset_id": asset,
            "created_at": self._clock.now(),
            "terms": command.terms.model_dump_json(),
        }
        insert = self._database.insert(AccessTokenRow)
        async with self._database.writing() as connection:
            await connection.execute(insert.on_conflict_do_nothing(index_elements=["code"]), [row])
        return await self.get(GetAccessToken(org=command.org, asset_id=asset, code=code))

    async def update(self, command: UpdateAccessToken) -> AccessTokenAnswer:
        """Give a token other terms."""
        query = GetAccessToken(org=command.org, asset_id=command.asset_id, code=command.code)
        changed = update(AccessTokenRow).where(*_one(query))
        async with self._database.writing() as connection:
            await connection.execute(changed.values(terms=command.terms.model_dump_json()))
        return await self.get(query)

    async def get(self, query: GetAccessToken) -> AccessTokenAnswer:
        """Answer one token of an asset."""
        async with self._database.session() as session:
            row = (await session.scalars(select(AccessTokenRow).where(*_one(query)))).first()
        if row is None:
            raise Refusal("not_found", "no such access token")
        return AccessTokenAnswer(token=_token(row))

    async def list(self, query: ListAccessTokens) -> AccessTokenPage:
        """Answer a page of an asset's tokens."""
        matching = (
            col(AccessTokenRow.org) == query.org,
            col(AccessTokenRow.asset_id) == query.asset_id,
        )
        rows = (
            select(AccessTokenRow)
            .where(*matching)
            .order_by(col(AccessTokenRow.created_at).desc(), col(AccessTokenRow.code).desc())
            .offset(query.offset)
            .limit(query.limit)
        )
        count = select(func.count()).select_from(AccessTokenRow).where(*matching)
        async with self._database.session() as session:
            found = (await session.scalars(rows)).all()
            total = (await session.scalars(count)).one()
        return AccessTokenPage(tokens=[_token(row) for row in found], total=total)


def _one(query: GetAccessToken) -> tuple[Any, ...]:
    return (
        col(AccessTokenRow.org) == query.org,
        col(AccessTokenRow.asset_id) == query.asset_id,
        col(AccessTokenRow.code) == query.code,
    )


def _token(row: AccessTokenRow) -> AccessToken:
    terms = Terms.model_validate_json(row.terms)
    return AccessToken(code=row.code, asset_id=row.asset_id, terms=terms)
