"""Seeds that have found something once, each with what that was: they must find nothing any more."""

from pathlib import Path

import pytest

from tests.failpoints import CRASHED
from tests.ledger.blocks import explained
from tests.ledger.failing import failing

pytestmark = [CRASHED, pytest.mark.timeout(180)]


@pytest.mark.parametrize(
    "seed",
    [
        # A worker's breaker was open while the record had closed it: a retry was held back for ever.
        pytest.param(11, id="breaker"),
        # What came while its endpoint was off went out beside its predecessor when it was on again.
        pytest.param(17, id="gate-timer"),
        pytest.param(26, id="timer-of-what-was-fetched"),
        pytest.param(38, id="order"),
        pytest.param(53, id="timer-of-a-retry-that-was-fetched"),
    ],
)
async def test_what_a_seed_has_found_once_is_mended(seed: int, tmp_path: Path) -> None:
    async with failing(tmp_path / "data") as house:
        result = await house.run(seed)

    assert result.problems == (), explained([result])
