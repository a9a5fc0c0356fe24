"""The rate limit: in no span of time more than the rate allows, and all of it is used."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.delivery.limiter import LONGEST, burst, take

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

rates = st.floats(0.01, 5000)
#: Seconds since the wish before, and how many are wished for.
wishes = st.lists(st.tuples(st.floats(0, 20), st.integers(1, 300)), min_size=1, max_size=40)


@given(rate=rates, wishes=wishes)
@settings(deadline=None)
def test_no_span_has_more_than_its_seconds_times_the_rate_and_the_burst(
    rate: float, wishes: list[tuple[float, int]]
) -> None:
    arrival, now, granted = None, NOW, []
    for pause, wanted in wishes:
        now += timedelta(seconds=pause)
        taken = take(arrival, now, rate, wanted)
        arrival = taken.arrival
        granted.append((now, taken.granted))

    for first, (start, _) in enumerate(granted):
        for end, _ in granted[first:]:
            inside = sum(count for at, count in granted if start <= at <= end)
            assert inside <= (end - start).total_seconds() * rate + burst(rate) + 1e-3


@given(rate=rates, wanted=st.integers(1, 300))
@settings(deadline=None)
def test_who_comes_when_it_is_free_is_granted_at_least_one_and_no_more_than_is_wanted(
    rate: float, wanted: int
) -> None:
    first = take(None, NOW, rate, 10**6)
    again = take(first.arrival, first.free_at, rate, wanted)

    assert first.granted == burst(rate)
    assert first.free_at > NOW
    assert 1 <= again.granted <= wanted


@given(rate=rates)
@settings(deadline=None)
def test_before_it_is_free_nothing_is_granted(rate: float) -> None:
    taken = take(None, NOW, rate, burst(rate))
    before = NOW + (taken.free_at - NOW) * 0.9

    assert take(taken.arrival, before, rate, 1).granted == 0


@given(rate=st.floats(5e-324, 0.01), years=st.integers(0, 7000))
@settings(deadline=None)
def test_the_next_one_is_free_within_a_day_however_low_the_rate_is_or_was(
    rate: float, years: int
) -> None:
    first = take(None, NOW, rate, 1)
    kept = NOW + timedelta(days=365 * years)
    behind = take(kept, NOW, rate, 1)

    for taken in (first, behind):
        assert NOW <= taken.free_at <= NOW + timedelta(seconds=LONGEST)
    assert take(behind.arrival, behind.free_at, rate, 1).granted == 1


def test_ten_a_second_are_one_each_hundred_milliseconds() -> None:
    arrival, now, moments = None, NOW, []
    for _ in range(5):
        taken = take(arrival, now, 10, 100)
        moments.append(((now - NOW).total_seconds(), taken.granted))
        arrival, now = taken.arrival, taken.free_at

    assert moments == [(0, 1), (0.1, 1), (0.2, 1), (0.3, 1), (0.4, 1)]
