"""A database for a test, of both kinds: a fresh SQLite file, and a fresh PostgreSQL database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests import postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Answer the URL of an empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    async with postgresql.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def tables_at(request: pytest.FixtureRequest) -> AsyncIterator[dict[str, Any]]:
    """Answer the settings of a house: files of its own, or one PostgreSQL database for all services."""
    if request.param == "sqlite":
        yield {}
        return
    async with postgresql.database() as url:
        yield {"database_url": url}
