"""What the news of attempts makes of an endpoint: who fails, is disabled, recovers."""

from datetime import timedelta

import pytest

from telecine.shared.events.attempt import (
    AttemptExhausted,
    AttemptFailed,
    AttemptFailing,
    AttemptGone,
    AttemptResendFailed,
    Success,
)
from telecine.subscriptions.decider import Disable, Recover
from telecine.subscriptions.health_decider import (
    WELL,
    Diagnosis,
    Endpoint,
    Failing,
    Failure,
    Health,
    failed,
    succeeded,
)
from tests.shared.videos import minute

MADE = {
    "delivery_id": "d",
    "event_type": "video.uploaded",
    "video_id": "v",
    "number": 4,
    "status": 500,
    "error": "status",
}
FAILED = AttemptFailed(**MADE, next_at=minute(9))
FAILING = AttemptFailing(**MADE, next_at=minute(9))
EXHAUSTED = AttemptExhausted(**MADE)
GONE = AttemptGone(**MADE, endpoint_sequence=1)
RESEND_FAILED = AttemptResendFailed(**MADE)
LONG = timedelta(minutes=10)
KNOWN = Endpoint(version=3, renewed=1)
SINCE_1 = Failing(minute(1), version=2)


@pytest.mark.parametrize(
    ("health", "wish"),
    [
        (WELL, None),
        (SINCE_1, None),
        (Failing(minute(1), 2, told=True), Recover("d")),
    ],
)
def test_a_success_ends_it_and_is_a_recovery_if_the_failing_was_told(
    health: Health, wish: Recover | None
) -> None:
    success = Success(delivery_id="d", event_type="video.uploaded", number=5, status=200)
    assert succeeded(health, success) == Diagnosis(WELL, wish)


def test_news_of_the_house_that_are_taken_prove_nothing() -> None:
    failing = Failing(minute(1), 2, told=True)
    own = Success(delivery_id="d", event_type="delivery.failing", number=1, status=200)
    assert succeeded(failing, own) == Diagnosis(failing)


@pytest.mark.parametrize(
    ("failure", "told"),
    [(FAILED, False), (RESEND_FAILED, False), (FAILING, True), (EXHAUSTED, True)],
)
def test_the_first_failure_begins_it(failure: Failure, told: bool) -> None:
    found = failed(WELL, failure, minute(5), KNOWN, LONG)
    assert found == Diagnosis(Failing(minute(5), version=3, told=told))


@pytest.mark.parametrize(
    ("minutes", "disable_after", "wish"),
    [
        (12, LONG, Disable("failing", seen=2)),
        (11, LONG, None),
        (5, LONG, None),
        (10_000, None, None),
    ],
)
def test_an_exhausted_delivery_disables_after_nothing_but_failures_for_longer_than_that(
    minutes: int, disable_after: timedelta | None, wish: Disable | None
) -> None:
    found = failed(SINCE_1, EXHAUSTED, minute(minutes), KNOWN, disable_after)
    assert found.wish == wish


@pytest.mark.parametrize("failure", [FAILED, FAILING, RESEND_FAILED])
def test_no_other_failure_disables(failure: Failure) -> None:
    assert failed(SINCE_1, failure, minute(10_000), KNOWN, LONG).wish is None


def test_what_failed_before_it_was_renewed_is_not_held_against_it() -> None:
    renewed = Endpoint(version=4, renewed=4)
    found = failed(SINCE_1, EXHAUSTED, minute(10_000), renewed, LONG)
    assert found == Diagnosis(Failing(minute(10_000), version=4, told=True))


@pytest.mark.parametrize("failure", [FAILED, FAILING, EXHAUSTED])
def test_the_houses_own_news_are_not_held_against_it(failure: Failure) -> None:
    own = failure.model_copy(update={"event_type": "endpoint.disabled"})
    assert failed(WELL, own, minute(5), KNOWN, LONG) == Diagnosis(WELL)


def test_gone_is_told_beside_a_failure_and_counts_no_second_time() -> None:
    assert failed(SINCE_1, GONE, minute(5), KNOWN, LONG) == Diagnosis(SINCE_1)
