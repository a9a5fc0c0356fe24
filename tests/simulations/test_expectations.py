"""Expectations: loud when they do not hold, and never passed by having nothing to look at."""

import pytest

from telecine.simulations.expectations import ExpectationFailed, Expectations


def silent(_: str) -> None:
    """Nobody listens."""


def test_a_fact_that_holds_is_said_and_kept() -> None:
    said: list[str] = []
    expectations = Expectations(said.append)

    expectations.must("the sky is blue", True, "grey")

    assert expectations.held == ["the sky is blue"]
    assert said == ["ok: the sky is blue"]


def test_a_fact_that_does_not_hold_says_what_was_expected_and_seen() -> None:
    expectations = Expectations(silent)

    with pytest.raises(ExpectationFailed) as failed:
        expectations.must("the sky is blue", False, "grey")

    assert str(failed.value) == "expected: the sky is blue\n    seen: grey"
    assert expectations.held == []


def test_one_bad_thing_among_many_fails_and_is_shown() -> None:
    expectations = Expectations(silent)

    with pytest.raises(ExpectationFailed, match=r"seen: not so for 1 of 3: number 7$"):
        expectations.must_each(
            "all are even", [2, 7, 4], lambda each: each % 2 == 0, lambda each: f"number {each}"
        )


def test_many_bad_things_are_counted_and_the_first_few_shown() -> None:
    with pytest.raises(ExpectationFailed, match=r"not so for 5 of 5: 1; 3; 5; …$"):
        Expectations(silent).must_each("all are even", [1, 3, 5, 7, 9], lambda each: False)


def test_a_fact_about_no_things_at_all_fails() -> None:
    expectations = Expectations(silent)

    with pytest.raises(ExpectationFailed, match="there is nothing that it could be said of"):
        expectations.must_each("all videos are told of", [], lambda _: True)

    assert expectations.held == []


def test_a_scenario_that_states_nothing_fails() -> None:
    expectations = Expectations(silent)
    with pytest.raises(ExpectationFailed, match="it stated nothing"):
        expectations.must_have_stated()

    expectations.must("something", True, "")

    expectations.must_have_stated()
