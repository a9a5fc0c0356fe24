"""Every fact on every state of a video: the nine that may follow, and that all others break."""

from itertools import product
from typing import get_args

import pytest

from telecine.shared.errors import BrokenLog
from telecine.shared.events.video import VideoFact
from telecine.shared.video import INITIAL, Absent, Video, evolve
from tests.shared.videos import (
    COMPLETED,
    CREATED,
    FACTS,
    FAILED,
    IN_PROGRESS,
    LINKED,
    QUEUED,
    STATES,
    SUCCEEDED,
    UPLOADED,
    WATCHABLE,
    stamp,
)

LEGAL: dict[tuple[str, str], Video] = {
    ("absent", "created"): CREATED,
    ("absent", "uploaded_by_link"): LINKED,
    ("created", "uploaded_by_file"): UPLOADED,
    ("uploaded", "ready_for_processing"): QUEUED,
    ("queued", "in_progress"): IN_PROGRESS,
    ("in_progress", "completed_processing"): COMPLETED,
    ("in_progress", "process_failed"): FAILED,
    ("completed", "process_succeeded"): SUCCEEDED,
    ("succeeded", "ready_to_watch"): WATCHABLE,
}
ROWS = [name for name in STATES if name != "in_progress_doomed"]  # differs by its plan alone
OTHERS = [pair for pair in product(ROWS, FACTS) if pair not in LEGAL]


def version_of(state: Video) -> int:
    return 0 if isinstance(state, Absent) else state.card.version


@pytest.mark.parametrize(("row", "fact"), LEGAL)
def test_fact_that_may_follow_leads_to_exactly_its_state(row: str, fact: str) -> None:
    state = STATES[row]

    after = evolve(state, FACTS[fact], stamp(version_of(state) + 1))

    assert after == LEGAL[row, fact]


@pytest.mark.parametrize(("row", "fact"), OTHERS)
def test_every_other_fact_breaks_the_log(row: str, fact: str) -> None:
    state = STATES[row]

    with pytest.raises(BrokenLog, match=FACTS[fact].type):
        evolve(state, FACTS[fact], stamp(version_of(state) + 1))


def test_every_state_and_every_fact_is_in_the_table() -> None:
    assert {type(STATES[row]) for row in ROWS} == set(get_args(Video))
    assert {type(fact) for fact in FACTS.values()} == set(get_args(VideoFact))
    assert {fact for _, fact in LEGAL} == set(FACTS)
    assert {type(after) for after in LEGAL.values()} == set(get_args(Video)) - {type(INITIAL)}
    assert len(LEGAL) + len(OTHERS) == len(ROWS) * len(FACTS)
