"""Seeds that have found something once, each with what that was: they must find nothing any more.

Where each struck is written down: a seed decides otherwise once there are more effects to choose from.
"""

from pathlib import Path

import pytest

from tests.failpoints import CRASHED
from tests.ledger.blocks import explained
from tests.ledger.failing import Strike, failing

pytestmark = [CRASHED, pytest.mark.timeout(180)]


@pytest.mark.parametrize(
    ("seed", "strikes"),
    [
        # What came while its endpoint was off went out beside its predecessor when it was on again.
        pytest.param(38, [Strike("raises", "after", "PARKING_ARMED")], id="order"),
        # The timer was set on record, and at the clock by nobody: what was parked stayed so.
        pytest.param(145, [Strike("raises", "before", "GATE_TIMER_SET", 2)], id="gate-timer"),
        # Who had fetched it died behind the attempt, and nobody set the timer of the next one.
        pytest.param(
            26,
            [
                Strike("stops", "before", "TIMER_SET", 3),
                Strike("raises", "before", "DRAIN_ARMED", 1),
            ],
            id="timer-of-what-was-fetched",
        ),
        pytest.param(
            53,
            [
                Strike("stops", "after", "ACKNOWLEDGED", 2),
                Strike("stops", "before", "TIMER_SET", 2),
            ],
            id="timer-of-a-retry-that-was-fetched",
        ),
    ],
)
async def test_what_a_seed_has_found_once_is_mended(
    seed: int, strikes: list[Strike], tmp_path: Path
) -> None:
    async with failing(tmp_path / "data") as house:
        result = await house.run(seed, *strikes)

    assert result.problems == (), explained([result])
    assert result.struck == tuple(map(str, strikes))
