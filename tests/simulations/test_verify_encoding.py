"""`telecine verify` finds a live stream or a job that is stuck, and no other."""

from typing import Any

import pytest

from telecine.shared.log.envelope import Kind, Recorded, Trace
from telecine.shared.log.kinds import JOB, LIVE
from telecine.simulations.verify.encoding import check_jobs, check_lives
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.log import Folded
from telecine.simulations.verify.queues import UnderWay
from tests.shared import jobs, lives
from tests.shared.videos import minute

POSITION = 7


def folded(kind: Kind[Any, Any], state: Any) -> dict[str, Folded[Any, Any]]:
    """Answer an aggregate whose last fact stands at a position of the log."""
    fact = next(iter((jobs if kind is JOB else lives).FACTS.values()))
    stamp = (jobs if kind is JOB else lives).stamp(1)
    last: Recorded[Any, Any] = Recorded(
        "e", fact, stamp, 1, state, Trace("c", "c"), POSITION, minute(1)
    )
    return {state.card.id: Folded(state, [(last, state)])}


def queues(begun: int, *timers: tuple[str, str, int]) -> UnderWay:
    return UnderWay(frozenset(timers), {}, {}, {"live": begun, "job": begun, "video": 0})


def problems(state: Any, under_way: UnderWay) -> int:
    findings = Findings()
    if state.card.id == jobs.ID:
        check_jobs(folded(JOB, state), under_way, findings)
    else:
        check_lives(folded(LIVE, state), under_way, findings)
    return len(findings.problems)


@pytest.mark.parametrize("state", [lives.STARTING, lives.READY, lives.RECORDING, jobs.QUEUED])
def test_what_waits_without_a_timer_is_stuck(state: Any) -> None:
    service = "transcoder-job" if state.card.id == jobs.ID else "transcoder-live"
    held = (service, state.card.id, state.awaited.generation)

    assert problems(state, queues(POSITION)) == 1
    assert problems(state, queues(POSITION, held)) == 0


@pytest.mark.parametrize("state", [lives.REQUESTED, jobs.CREATED])
def test_what_the_encoder_has_passed_over_is_forgotten(state: Any) -> None:
    assert problems(state, queues(POSITION)) == 1
    assert problems(state, queues(POSITION - 1)) == 0


def test_a_stop_that_the_encoder_has_not_seen_has_no_timer_yet() -> None:
    assert problems(lives.STOPPED, queues(POSITION - 1)) == 0
    assert problems(lives.STOPPED, queues(POSITION)) == 1


@pytest.mark.parametrize(
    "state",
    [lives.SCHEDULED, lives.STREAMING_AGAIN, lives.COMPLETED, lives.DELETED, jobs.CANCELLED],
)
def test_what_waits_for_nothing_is_no_problem(state: Any) -> None:
    assert problems(state, queues(POSITION)) == 0
