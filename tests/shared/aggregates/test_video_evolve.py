"""Every fact on every state of a video: the ones that may follow, and that all others break."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, get_args

import pytest

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.video import (
    INITIAL,
    Absent,
    Failed,
    Known,
    Video,
    Waiting,
    awaited,
    evolve,
)
from telecine.shared.errors import BrokenLog
from telecine.shared.events.video import VideoFact
from tests.shared.videos import (
    ALIVE,
    COMPLETED,
    CREATED,
    DELETED,
    FACTS,
    FAILED,
    IN_PROGRESS,
    LINKED,
    QUEUED,
    STATES,
    SUCCEEDED,
    UPLOADED,
    WATCHABLE,
    minute,
    stamp,
)

MACHINE: dict[tuple[str, str], Video] = {
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


def carded(state: Known, version: int, **changes: Any) -> Known:
    """Answer the state with another card; `updated_at` is when its version's fact happened."""
    changes = {"version": version, "updated_at": minute(version), **changes}
    return replace(state, card=replace(state.card, **changes))


def marks() -> Iterator[tuple[tuple[str, str], Video]]:
    """What concerns the card alone leaves every state what it is."""
    for name, state in ALIVE.items():
        now = state.card.version + 1
        not_updated = {"updated_at": state.card.updated_at}
        yield (name, "deleted"), carded(state, now, deleted_at=minute(now), **not_updated)
        yield (name, "failed_to_delete"), carded(state, now, **not_updated)
        yield (name, "privacy_changed"), carded(state, now, privacy="public")
        yield (name, "moved"), carded(state, now, collection="c-8")
        marked = DELETED[f"{name}_deleted"]
        back = carded(marked, now + 1, deleted_at=None, **not_updated)
        yield (f"{name}_deleted", "deletion_reverted"), back
        yield (f"{name}_deleted", "moved"), carded(marked, now + 1, collection="c-8")


def under_deletion() -> Iterator[tuple[tuple[str, str], Video]]:
    """Processing goes on under the mark, one version later, to the same states."""
    for (row, fact), after in MACHINE.items():
        if f"{row}_deleted" in DELETED and not isinstance(after, Absent):
            marked = DELETED[f"{row}_deleted"].card
            later = carded(after, marked.version + 1, deleted_at=marked.deleted_at)
            yield (f"{row}_deleted", fact), settled(later)


def settled(state: Known) -> Known:
    """A timer is of the version whose fact set it, and a failure happened when its fact did."""
    if isinstance(state, Failed):
        return replace(state, failed_at=state.card.updated_at)
    if expected := awaited(state):
        assert isinstance(state, Waiting)
        return replace(state, awaited=Awaited(state.card.version, expected.due))
    return state


LEGAL = {**MACHINE, **dict(marks()), **dict(under_deletion())}
TWINS = ("in_progress_doomed", "in_progress_doomed_deleted")  # differ by their plan alone
LEGAL = {pair: after for pair, after in LEGAL.items() if pair[0] not in TWINS}
ROWS = [name for name in STATES if name not in TWINS]
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
