"""Fixtures that every room's tests share."""

import functools
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests import house as houses
from tests.databases import database_url, tables_at
from tests.house import OpenHouse, TestHouse
from tests.postgresql import pytest_configure

__all__ = ["database_url", "pytest_configure", "tables_at"]

# As services do. Of its own accord structlog draws a traceback with all that every frame holds: some
# 200,000 characters, and a second in which the event loop stands still and leases run out.
structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("house"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "house")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[TestHouse]:
    """A whole house of its own for one test."""
    async with houses.opened(tmp_path / "data") as opened:
        yield opened


@pytest.fixture(scope="module")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestHouse]:
    """One house for a module's tests, where they leave nothing behind that another could trip over."""
    async with houses.opened(tmp_path_factory.mktemp("standing") / "data") as opened:
        yield opened


@pytest.fixture
def open_house(tmp_path: Path) -> OpenHouse:
    """Opens a house with other settings: `async with open_house(fidelity="extended") as house`."""
    return functools.partial(houses.opened, tmp_path / "data")
