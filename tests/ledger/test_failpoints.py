"""Delivery is stopped, or gets an exception, between any two of its effects: all is accounted for."""

from pathlib import Path

import pytest

from tests.failpoints import CRASHED
from tests.ledger.blocks import SEEDS, Say, blocks, judged, named, tables
from tests.ledger.failing import failing

pytestmark = [CRASHED, pytest.mark.timeout(60 + 6 * SEEDS)]


@pytest.mark.parametrize("block", blocks(SEEDS - SEEDS // 10, 4), ids=named)
async def test_every_delivery_is_accounted_for_wherever_a_worker_is_struck(
    block: list[int], tmp_path: Path, record_property: Say
) -> None:
    async with tables(block) as settings:
        await judged(failing(tmp_path / "data", **settings), block, record_property)
