"""A house for tests that leave nothing behind which another could trip over."""

from collections.abc import AsyncIterator

import pytest

from tests import house as houses
from tests.house import TestHouse


@pytest.fixture(scope="module")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestHouse]:
    """One house for a module's tests."""
    async with houses.opened(tmp_path_factory.mktemp("standing") / "data") as opened:
        yield opened
