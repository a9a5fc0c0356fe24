"""Invented traffic: the same for the same seed, growing with time, and adding up."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.platforms.omega.traffic import Span, Traffic, shown, traffic_of
from telecine.platforms.omega.traffic_route import span
from telecine.shared.errors import Refusal
from tests.platforms.omega.states import AT, every_state

VIDEO = every_state()["watchable"]
YEAR = AT + timedelta(days=365)
hours = st.integers(-1000, 20_000).map(lambda n: AT + timedelta(hours=n))


def traffic(start: datetime, end: datetime, seed: int = 0, now: datetime = YEAR) -> Traffic:
    return traffic_of(VIDEO, seed, Span(start, end), now)


def test_the_same_seed_tells_the_same_and_another_something_else() -> None:
    year = [traffic(AT, YEAR, seed) for seed in (0, 0, 1)]

    assert year[0] == year[1] != year[2]
    assert year[0].requests > 0
    assert year[0].size % year[0].requests == 0


@given(st.lists(hours, min_size=3, max_size=3).map(sorted))
def test_spans_that_touch_add_up(moments: list[datetime]) -> None:
    first, second, third = moments

    assert traffic(first, second) + traffic(second, third) == traffic(first, third)


def test_nothing_is_watched_before_it_is_there_nor_in_the_future() -> None:
    assert traffic(AT - timedelta(days=9), AT) == Traffic(0, 0)
    assert traffic(YEAR, YEAR + timedelta(days=9)) == Traffic(0, 0)
    assert traffic(AT, YEAR + timedelta(days=9)) == traffic(AT, YEAR)


@pytest.mark.parametrize("kind", sorted(set(every_state()) - {"succeeded", "watchable"}))
def test_what_cannot_be_watched_has_no_traffic(kind: str) -> None:
    assert traffic_of(every_state()[kind], 0, Span(AT, YEAR), YEAR) == Traffic(0, 0)


def test_sums_are_shown_as_documented() -> None:
    assert shown(Traffic(6650, 1_231_674_842_132)) == {
        "number_of_requests": 6650,
        "traffic_in_bytes": 1231674842132,
        "traffic_in_gb": 1231.67,
        "traffic_in_tb": 1.23,
    }


def test_without_a_start_the_month_is_meant_and_without_an_end_now() -> None:
    assert span({}, AT) == Span(
        AT.replace(day=1, hour=0, minute=0, second=0, microsecond=0), AT.replace(microsecond=0)
    )


def test_times_may_have_any_zone() -> None:
    asked = span(
        {"start_time": "2022-09-01T02:00:00 02:00", "end_time": "2022-09-15T10:00:00.5Z"}, AT
    )

    assert [each.isoformat() for each in (asked.start, asked.end)] == [
        "2022-09-01T00:00:00+00:00",
        "2022-09-15T10:00:00+00:00",
    ]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"start_time": "yesterday"}, "start_time"),
        ({"start_time": "2022-09-01T00:00:00"}, "start_time"),
        ({"end_time": "2022-13-01T00:00:00Z"}, "end_time"),
        ({"end_time": "\x00"}, "end_time"),
        ({"start_time": "0001-01-01T00:00:00+14:00"}, "start_time"),
        ({"start_time": "2022-09-02T00:00:00Z", "end_time": "2022-09-01T00:00:00Z"}, "end_time"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_by_name(query: dict[str, str], named: str) -> None:
    with pytest.raises(Refusal) as refusal:
        span(query, AT)

    assert (refusal.value.code, refusal.value.field) == ("invalid", named)
