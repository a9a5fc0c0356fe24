"""The breaker: what opens it, for how long, and what closes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.delivery.breaker import (
    CLOSED,
    THRESHOLD,
    Breaker,
    Closed,
    Open,
    Reason,
    heard,
    probed,
)
from telecine.delivery.verdict import SUCCESS, Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SILENCE = Verdict(success=False, silent=True)
REFUSAL = Verdict(success=False)
SLOWER = Verdict(success=False, slower=True)
OURS = Verdict(success=False, ours=True)

verdicts = st.one_of(
    st.sampled_from([SUCCESS, SILENCE, REFUSAL]),
    st.builds(
        lambda seconds: Verdict(
            success=False, slower=True, retry_after=timedelta(seconds=seconds)
        ),
        st.integers(0, 86_400),
    ),
)


def after(*heard_: Verdict) -> Breaker:
    breaker: Breaker = CLOSED
    for verdict in heard_:
        breaker = heard(breaker, verdict, NOW)
    return breaker


def test_as_many_silences_in_a_row_as_the_threshold_open_it() -> None:
    assert after(*[SILENCE] * (THRESHOLD - 1)) == Closed(THRESHOLD - 1)
    assert after(*[SILENCE] * THRESHOLD) == Open(NOW + 5 * SECOND, 1, "breaker")


@pytest.mark.parametrize("between", [SUCCESS, REFUSAL])
def test_whoever_answers_is_there_so_silences_are_counted_anew(between: Verdict) -> None:
    heard_ = [SILENCE] * (THRESHOLD - 1)

    assert isinstance(after(*heard_, between, *heard_), Closed)


def test_what_fails_for_lack_of_something_here_neither_counts_nor_ends_the_counting() -> None:
    before = [SILENCE] * (THRESHOLD - 1)

    assert after(*before, *[OURS] * THRESHOLD) == Closed(THRESHOLD - 1)
    assert after(*before, OURS, SILENCE) == Open(NOW + 5 * SECOND, 1, "breaker")


@pytest.mark.parametrize(("reason", "pause"), [("breaker", 5), ("rate_limit", 1)])
def test_probe_that_could_not_be_made_is_made_again_soon(reason: Reason, pause: int) -> None:
    opened = Open(NOW, 7, reason)

    assert probed(opened, OURS, NOW) == Open(NOW + pause * SECOND, 7, reason)


def test_a_receiver_that_refuses_everything_never_opens_it() -> None:
    assert after(*[REFUSAL] * 10 * THRESHOLD) == CLOSED


def test_one_wish_for_less_opens_it_for_as_long_as_the_receiver_says() -> None:
    asked = Verdict(success=False, slower=True, retry_after=40 * SECOND)

    assert after(SLOWER) == Open(NOW + SECOND, 1, "rate_limit")
    assert after(asked) == Open(NOW + 40 * SECOND, 1, "rate_limit")


def test_what_was_under_way_while_it_opened_makes_it_no_longer() -> None:
    opened = after(*[SILENCE] * THRESHOLD)

    assert heard(opened, SILENCE, NOW + SECOND) == opened
    assert heard(after(SLOWER), SUCCESS, NOW) == after(SLOWER), "who wants less still answers some"


def test_a_success_of_a_retry_closes_it() -> None:
    assert heard(after(*[SILENCE] * THRESHOLD), SUCCESS, NOW) == CLOSED


@pytest.mark.parametrize("answer", [SUCCESS, REFUSAL])
def test_a_probe_that_is_answered_closes_it(answer: Verdict) -> None:
    assert probed(Open(NOW, 3, "breaker"), answer, NOW) == CLOSED


def test_each_probe_in_vain_doubles_the_pause_up_to_five_minutes() -> None:
    breaker, pauses = Open(NOW, 1, "breaker"), []
    for _ in range(8):
        opened = probed(breaker, SILENCE, NOW)
        assert isinstance(opened, Open)
        breaker = opened
        pauses.append((breaker.until - NOW).total_seconds())

    assert pauses == [10, 20, 40, 80, 160, 300, 300, 300]


@given(heard_=st.lists(verdicts, max_size=60))
@settings(deadline=None)
def test_it_is_never_open_longer_than_the_longest_pause_or_wish(heard_: list[Verdict]) -> None:
    breaker = after(*heard_)

    if isinstance(breaker, Open):
        asked = max((v.retry_after or timedelta(0) for v in heard_), default=timedelta(0))
        assert NOW < breaker.until <= NOW + max(asked, timedelta(minutes=5))
