"""Retry schedules are those that were published."""

from datetime import timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.delivery.schedule import SCHEDULES, Profile, delay_before, schedule_of, stretch
from telecine.shared.settings import Settings

profiles = st.sampled_from(get_args(Profile))
MINUTE, HOUR = 60, 3600


def test_every_profile_has_a_schedule_and_can_be_set() -> None:
    assert set(SCHEDULES) == set(get_args(Profile))
    assert set(SCHEDULES) == set(get_args(Settings.model_fields["retries"].annotation))


@given(profile=profiles, number=st.integers(1, 40))
@settings(deadline=None)
def test_first_attempt_is_at_once_and_no_delay_is_negative(profile: Profile, number: int) -> None:
    delay = delay_before(profile, number)

    assert delay_before(profile, 1) == timedelta(0)
    assert delay is None or delay >= timedelta(0)


@given(profile=profiles, number=st.integers(1, 40))
@settings(deadline=None)
def test_schedule_has_no_gap_and_no_attempt_behind_its_end(profile: Profile, number: int) -> None:
    assert (delay_before(profile, number) is None) == (number > len(SCHEDULES[profile]))


@pytest.mark.parametrize("profile", ["stripe", "mux"])
def test_delays_grow_as_stripe_and_mux_say_of_theirs(profile: Profile) -> None:
    assert all(earlier < later for earlier, later in pairwise(SCHEDULES[profile]))


def test_standard_webhooks_example_schedule() -> None:
    """Standard Webhooks 1.0.0: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h."""
    hours = (2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)

    assert SCHEDULES["standard"] == (0, 5, 5 * MINUTE, 30 * MINUTE, *hours)


def test_svix_schedule() -> None:
    """docs.svix.com/retries: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h."""
    hours = (2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR)

    assert SCHEDULES["svix"] == (0, 5, 5 * MINUTE, 30 * MINUTE, *hours)


@pytest.mark.parametrize(
    ("profile", "span"),
    [
        ("standard", timedelta(hours=75, minutes=35, seconds=5)),
        ("svix", timedelta(hours=27, minutes=35, seconds=5)),
        ("stripe", timedelta(days=3)),
        ("mux", timedelta(hours=24)),
        ("none", timedelta(0)),
    ],
)
def test_whole_schedule_spans_what_is_published(profile: Profile, span: timedelta) -> None:
    assert timedelta(seconds=sum(SCHEDULES[profile])) == span


@given(seconds=st.lists(st.floats(0, 86_400), min_size=1, max_size=40), number=st.integers(1, 50))
@settings(deadline=None)
def test_a_list_of_ones_own_is_a_schedule_like_any_other(
    seconds: list[float], number: int
) -> None:
    delay = delay_before(tuple(seconds), number)

    assert schedule_of(tuple(seconds)) == tuple(seconds)
    assert (delay is None) == (number > len(seconds))
    assert delay is None or delay == timedelta(seconds=seconds[number - 1])


@given(jitter=st.floats(0, 1), unit=st.floats(0, 1))
@settings(deadline=None)
def test_jitter_makes_a_delay_longer_or_shorter_by_no_more_than_that_part_of_it(
    jitter: float, unit: float
) -> None:
    assert 1 - jitter - 1e-9 <= stretch(jitter, unit) <= 1 + jitter + 1e-9
    assert stretch(jitter, 0.5) == 1
    assert stretch(0, unit) == 1


@given(jitter=st.floats(0, 1), units=st.tuples(st.floats(0, 1), st.floats(0, 1)))
@settings(deadline=None)
def test_jitter_grows_with_chance(jitter: float, units: tuple[float, float]) -> None:
    low, high = sorted(units)

    assert stretch(jitter, low) <= stretch(jitter, high)
