"""Fixtures of delivery's tests."""

from collections.abc import AsyncIterator

import pytest

from telecine.delivery.sender import Sender
from tests.failpoints import failpoints

__all__ = ["failpoints", "sender"]


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    async with Sender() as sender:
        yield sender
