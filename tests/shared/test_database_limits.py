"""A statement that PostgreSQL does not answer, a network gone quiet, is given up in bounded time."""

import pytest
from sqlalchemy import text

from telecine.shared import database_away
from telecine.shared.database import opened
from telecine.shared.errors import Unavailable
from tests import postgresql


async def test_statement_that_brings_no_answer_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(database_away.LIMITS, "command_timeout", 0.5)
    async with postgresql.database() as url, opened(url, []) as database:
        async with database.session() as session:
            with pytest.raises(Unavailable, match="the database is in trouble"):
                await session.execute(text("SELECT pg_sleep(600)"))

        async with database.session() as session:
            assert await session.scalar(text("SELECT 1")) == 1
