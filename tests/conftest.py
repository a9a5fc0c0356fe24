"""Fixtures that every room's tests share."""

import functools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import house as houses
from tests.house import OpenHouse, TestHouse


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[TestHouse]:
    """A whole house of its own for one test."""
    async with houses.opened(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def open_house(tmp_path: Path) -> OpenHouse:
    """Opens a house with other settings: `async with open_house(fidelity="extended") as house`."""
    return functools.partial(houses.opened, tmp_path / "data")
