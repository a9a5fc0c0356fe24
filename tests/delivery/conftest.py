"""Fixtures of delivery's tests; what needs npm is collected where it is (tests/npm.py)."""

from collections.abc import AsyncIterator

import pytest

from telecine.delivery.sender import Sender
from tests import npm
from tests.failpoints import failpoints

__all__ = ["failpoints", "sender"]

collect_ignore = [] if npm.IS_HERE else ["test_npm_judges.py"]


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    async with Sender() as sender:
        yield sender
