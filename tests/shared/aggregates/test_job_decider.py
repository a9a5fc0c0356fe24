"""Every command in every state of a transcoding job, and every fact on every state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import get_args

import pytest

from telecine.shared.aggregates.job import (
    Absent,
    Cancel,
    Cancelled,
    Command,
    Create,
    Job,
    Queue,
    Step,
    awaited,
    decide,
    evolve,
)
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.errors import BrokenLog
from telecine.shared.events.job import (
    JobCancelled,
    JobCompleted,
    JobCreated,
    JobFact,
    JobFailed,
    JobPlan,
    JobQueued,
    JobStarted,
)
from tests import grid
from tests.shared.jobs import (
    CANCELLED,
    COMPLETED,
    CREATED,
    DOOMED,
    FACTS,
    FAILED,
    OPENING,
    PLAN,
    QUEUED,
    STARTED,
    STATES,
    card,
    stamp,
)
from tests.shared.videos import FAILURE, MEDIA, minute

NOW = minute(60)
OTHER = OPENING.model_copy(update={"request_key": "create-2"})


def generation(state: Job) -> int:
    """Answer the awaited generation; where none is awaited, the one that a timer would have."""
    if expected := awaited(state):
        return expected.generation
    return 1 if isinstance(state, Absent) else state.card.version


COMMANDS: Mapping[str, Callable[[Job], Command]] = {
    "create_same_key": lambda _: Create(OPENING),
    "create_other_key": lambda _: Create(OTHER),
    "queue": lambda _: Queue(PLAN),
    "step_awaited": lambda state: Step(generation(state)),
    "step_stale": lambda state: Step(generation(state) - 1),
    "step_future": lambda state: Step(generation(state) + 1),
    "cancel": lambda _: Cancel(),
}

#: "." nothing new, "none" not found, "clash" conflict, "+…" the fact that follows.
TABLE = """
#               create  create  queue   step    step    step    cancel
#               same    other           awaited stale   future
absent          +create +create none    .       .       .       none
created         .       clash   +queue  .       .       .       +cancel
queued          .       clash   .       +start  .       .       +cancel
started         .       clash   .       +good   .       .       +cancel
started_doomed  .       clash   .       +fail   .       .       +cancel
completed       .       clash   .       .       .       .       .
failed          .       clash   .       .       .       .       .
cancelled       .       clash   .       .       .       .       .
"""
CELLS = grid.parsed("\n".join(TABLE.strip().splitlines()[2:]), tuple(COMMANDS))
STEPS: dict[str, JobFact] = {
    "+queue": JobQueued(plan=PLAN, next_at=NOW + timedelta(seconds=0.5)),
    "+start": JobStarted(next_at=NOW + timedelta(seconds=1.75)),
    "+good": JobCompleted(media=MEDIA),
    "+fail": JobFailed(failure=FAILURE),
    "+cancel": JobCancelled(),
}


@pytest.mark.parametrize(("row", "column"), CELLS)
def test_every_command_in_every_state_has_its_one_answer(row: str, column: str) -> None:
    state = STATES[row]
    command = COMMANDS[column](state)

    decision = decide(state, command, NOW)

    match CELLS[row, column], command:
        case ".", _:
            assert decision == Unchanged()
        case ("none" | "clash") as sign, _:
            assert isinstance(decision, Refused)
            assert decision.code == {"none": "not_found", "clash": "conflict"}[sign]
        case "+create", Create(opening):
            assert decision == JobCreated(opening=opening)
        case sign, _:
            assert decision == STEPS[sign]


def test_table_has_a_row_for_every_state_and_a_column_for_every_command() -> None:
    assert {row for row, _ in CELLS} == set(STATES)
    assert {type(state) for state in STATES.values()} == set(get_args(Job))
    assert {type(make(STARTED)) for make in COMMANDS.values()} == set(get_args(Command))
    assert len(CELLS) == len(STATES) * len(COMMANDS)


def test_job_that_must_fail_fails_even_if_its_media_is_known() -> None:
    doomed = replace(STARTED, plan=DOOMED.model_copy(update={"media": MEDIA}))

    assert decide(doomed, Step(3), NOW) == JobFailed(failure=FAILURE)


def test_plan_without_media_and_failure_breaks_the_log() -> None:
    with pytest.raises(BrokenLog, match="without media and without failure"):
        decide(replace(STARTED, plan=JobPlan(waits=PLAN.waits)), Step(3), NOW)


LEGAL: dict[tuple[str, str], Job] = {
    ("absent", "created"): CREATED,
    ("created", "queued"): QUEUED,
    ("created", "cancelled"): Cancelled(card(2)),
    ("queued", "started"): STARTED,
    ("queued", "cancelled"): Cancelled(card(3)),
    ("started", "completed"): COMPLETED,
    ("started", "failed"): FAILED,
    ("started", "cancelled"): CANCELLED,
}
ROWS = [name for name in STATES if name != "started_doomed"]  # differs by its plan alone
OTHERS = [pair for pair in product(ROWS, FACTS) if pair not in LEGAL]


def version_of(state: Job) -> int:
    return 0 if isinstance(state, Absent) else state.card.version


@pytest.mark.parametrize(("row", "fact"), LEGAL)
def test_fact_that_may_follow_leads_to_exactly_its_state(row: str, fact: str) -> None:
    state = STATES[row]

    assert evolve(state, FACTS[fact], stamp(version_of(state) + 1)) == LEGAL[row, fact]


@pytest.mark.parametrize(("row", "fact"), OTHERS)
def test_every_other_fact_breaks_the_log(row: str, fact: str) -> None:
    state = STATES[row]

    with pytest.raises(BrokenLog, match=FACTS[fact].type):
        evolve(state, FACTS[fact], stamp(version_of(state) + 1))


def test_every_state_and_every_fact_is_in_the_table() -> None:
    assert {type(fact) for fact in FACTS.values()} == set(get_args(JobFact))
    assert {fact for _, fact in LEGAL} == set(FACTS)
    assert {type(after) for after in LEGAL.values()} == set(get_args(Job)) - {Absent}
