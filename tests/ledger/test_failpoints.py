"""Delivery is stopped, or gets an exception, between any two of its effects: all is accounted for."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.failpoints import CRASHED
from tests.ledger.blocks import SEEDS, SHORT, Say, blocks, judged, named, tables
from tests.ledger.failing import POINTS, failing, strikes

pytestmark = [CRASHED, pytest.mark.timeout(60 + 6 * SEEDS)]


@pytest.mark.parametrize("block", blocks(SEEDS - SEEDS // 10, 4), ids=named)
async def test_every_delivery_is_accounted_for_wherever_a_worker_is_struck(
    block: list[int], tmp_path: Path, record_property: Say
) -> None:
    async with tables(block) as settings:
        await judged(failing(tmp_path / "data", **settings), block, record_property)


def test_the_short_form_tries_every_point_and_a_long_one_each_on_both_databases() -> None:
    short = {replace(strikes(seed)[0], skip=0) for seed in range(SHORT - SHORT // 10)}
    even, odd = (
        {replace(strikes(seed)[0], skip=0) for seed in range(first, 2 * len(POINTS), 2)}
        for first in (0, 1)
    )

    assert short == even == odd == set(POINTS)
    assert len(POINTS) == len(set(POINTS))
