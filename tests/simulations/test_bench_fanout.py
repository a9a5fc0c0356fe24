"""`telecine bench fanout` measures what was owed, beside the same messages published by themselves."""

from dataclasses import asdict

import pytest

from telecine.simulations.bench.fanout import Ordering, measure


@pytest.mark.parametrize("ordering", ["none", "video"])
async def test_every_delivery_of_a_round_is_published_and_timed(ordering: Ordering) -> None:
    measured = await measure(events=20, endpoints=3, rounds=1, ordering=ordering)

    assert (measured.events, measured.endpoints, measured.ordering) == (20, 3, ordering)
    assert measured.deliveries_per_second == pytest.approx(3 * measured.events_per_second)
    figures = [value for value in asdict(measured).values() if isinstance(value, float)]
    assert len(figures) == 6
    assert min(figures) > 0
