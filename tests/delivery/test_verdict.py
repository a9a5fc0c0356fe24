"""What an answer means for its delivery and for its endpoint."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.delivery.outcome import Outcome, Timings, judged
from telecine.delivery.verdict import Verdict, judge
from telecine.shared.contracts.delivery import ErrorClass

WALL = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOTHING = Outcome(
    status=None,
    reason="",
    headers=(),
    body=b"",
    truncated=False,
    length=None,
    error="timeout",
    message="",
    address=None,
    reused=False,
    timings=Timings(None, None, None, None, 1.0),
)


def answered(status: int, *headers: tuple[str, str]) -> Verdict:
    failure = judged(status, "")
    error = failure.error if failure else None
    return judge(replace(NOTHING, status=status, error=error, headers=headers), lambda: WALL, DAY)


@given(status=st.integers(100, 599))
@settings(deadline=None)
def test_only_2xx_is_success_and_only_410_ends_the_endpoint(status: int) -> None:
    found = answered(status)

    assert found.success == (200 <= status <= 299)
    assert found.gone == (status == 410)
    assert found.slower == (status in {429, 502, 504})
    assert not found.silent


@pytest.mark.parametrize("error", get_args(ErrorClass))
def test_who_gives_no_answer_at_all_is_silent(error: ErrorClass) -> None:
    found = judge(replace(NOTHING, error=error), lambda: WALL, DAY)

    assert not found.success
    assert found.silent == (error in {"dns", "connect", "tls", "timeout", "reset"})
    assert not found.ours
    lacking = judge(replace(NOTHING, error=error, ours=True), lambda: WALL, DAY)
    assert (lacking.silent, lacking.ours) == (False, True)


@pytest.mark.parametrize("status", [301, 400, 429, 500, 503])
def test_retry_after_is_heard_on_any_failure(status: int) -> None:
    assert answered(status, ("Retry-After", "120")).retry_after == timedelta(minutes=2)
    assert answered(status, ("RETRY-AFTER", " 7 ")).retry_after == timedelta(seconds=7)


def test_retry_after_may_be_a_date_and_is_held_against_the_wall() -> None:
    date = "Sun, 01 Mar 2026 12:00:30 GMT"

    assert answered(503, ("Retry-After", date)).retry_after == timedelta(seconds=30)
    assert answered(503, ("Retry-After", "Sun, 01 Mar 2026 11:00:00 GMT")).retry_after == (
        timedelta(0)
    )


@pytest.mark.parametrize(
    "date",
    [
        "Sun Mar  1 12:00:30 2026",
        "Sunday, 01-Mar-26 12:00:30 GMT",
        "Sun, 01 Mar 2026 12:00:30 -0000",
        "Sun, 01 Mar 2026 12:00:30 UTC",
        "Sun, 01 Mar 2026 13:00:30 +0100",
    ],
)
def test_every_form_of_a_date_is_read_and_none_is_of_another_zone_than_it_says(date: str) -> None:
    assert answered(503, ("Retry-After", date)).retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "-5", "1.5", "12 parsecs", "\x00", "٣", "Sun, 01", ",", "0 0"),
        "Fri, 31 Dec 99999999999999999999 23:59:59 GMT",
        "Fri, 31 Dec 2099 23:59:59 +99999999999999999999",
        "Fri, 31 Dec 2099 99999999999999999999:59:59 GMT",
    ],
)
def test_what_nobody_can_obey_is_passed_over(text: str) -> None:
    found = answered(503, ("Retry-After", text), ("Retry-After", "00000000007"))

    assert answered(503, ("Retry-After", text)).retry_after is None
    assert found.retry_after == timedelta(seconds=7), "the next one may be better"


PIECES = [
    "Fri, ",
    "31 ",
    "Dec ",
    "9" * 20,
    "2099 ",
    "23:59:59",
    " GMT",
    "+",
    "-",
    ":",
    ",",
    " ",
    "é",
]


@given(
    text=st.text(max_size=40)
    | st.integers(0, 10**30).map(str)
    | st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
)
@settings(deadline=None)
def test_whatever_a_receiver_asks_for_the_cap_holds(text: str) -> None:
    asked = answered(503, ("Retry-After", text)).retry_after

    assert asked is None or timedelta(0) <= asked <= DAY
