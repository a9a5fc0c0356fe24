"""Workers, gateway, clock and nats-server are killed with SIGKILL at any moment: all is accounted for."""

from pathlib import Path

import pytest

from tests.ledger.blocks import SEEDS, Say, blocks, explained, judged, named, tables
from tests.ledger.killing import Strike, killing

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120 + 30 * SEEDS)]


@pytest.mark.parametrize("block", blocks(SEEDS // 10, 2), ids=named)
async def test_every_delivery_is_accounted_for_whatever_is_killed(
    block: list[int], tmp_path: Path, record_property: Say
) -> None:
    async with tables(block) as settings:
        await judged(killing(tmp_path / "data", **settings), block, record_property)


async def test_what_a_killed_nats_has_forgotten_is_matched_again_and_not_sent_again(
    tmp_path: Path,
) -> None:
    forgetful = Strike("nats-server", "done", 3, forgets=True)
    async with killing(tmp_path / "data") as house:
        result = await house.run(0, forgetful)

    assert result.problems == (), explained([result])
    assert result.struck == (str(forgetful),)
