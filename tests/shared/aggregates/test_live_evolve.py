"""Every fact on every state of a live stream: those that may follow, and that all others break."""

from dataclasses import replace
from itertools import product

import pytest

from telecine.shared.aggregates.live import (
    INITIAL,
    Absent,
    Completed,
    Deleted,
    Live,
    Streaming,
    evolve,
)
from telecine.shared.errors import BrokenLog
from tests.shared.lives import (
    COMPLETED,
    DELETED,
    DISCONNECTED,
    FACTS,
    FAILED,
    LATER,
    MEDIA,
    READY,
    RECORDING,
    REQUESTED,
    SCHEDULED,
    STARTING,
    STATES,
    STOPPED,
    STREAMING,
    STREAMING_AGAIN,
    card,
    stamp,
    waits,
)

#: Beyond these, whatever is not deleted may be moved and deleted.
LEGAL: dict[tuple[str, str], Live | None] = {
    ("absent", "created"): REQUESTED,
    ("absent", "created_for_later"): SCHEDULED,
    ("scheduled", "start_requested"): type(REQUESTED)(card(2, opening=LATER)),
    ("requested", "server_starting"): STARTING,
    ("starting", "server_ready"): READY,
    ("starting", "failed"): FAILED,
    ("ready", "publish_started"): STREAMING,
    ("ready", "published_again"): replace(STREAMING, awaited=None),
    ("streaming", "publish_ended"): DISCONNECTED,
    ("disconnected", "publish_started"): None,
    ("disconnected", "published_again"): STREAMING_AGAIN,
    ("streaming_again", "publish_ended"): None,
    ("ready", "stopped"): None,
    ("streaming", "stopped"): None,
    ("disconnected", "stopped"): None,
    ("streaming_again", "stopped"): STOPPED,
    ("stopped", "recording_started"): RECORDING,
    ("stopped_unheard", "completed"): None,
    ("recording", "completed"): COMPLETED,
    ("completed", "deleted"): DELETED,
}
ROWS = [name for name in STATES if name != "starting_doomed"]  # differs by its plan alone
ANY_TIME = set(product(set(ROWS) - {"absent", "deleted"}, ("moved", "deleted")))
OTHERS = [pair for pair in product(ROWS, FACTS) if pair not in LEGAL and pair not in ANY_TIME]


def after(row: str, fact: str) -> Live:
    state = STATES[row]
    version = 0 if isinstance(state, Absent) else state.card.version
    return evolve(state, FACTS[fact], stamp(version + 1))


@pytest.mark.parametrize(("row", "fact"), [pair for pair in LEGAL if LEGAL[pair]])
def test_fact_that_may_follow_leads_to_exactly_its_state(row: str, fact: str) -> None:
    assert after(row, fact) == LEGAL[row, fact]


@pytest.mark.parametrize(("row", "fact"), OTHERS)
def test_every_other_fact_breaks_the_log(row: str, fact: str) -> None:
    with pytest.raises(BrokenLog, match=FACTS[fact].type):
        after(row, fact)


@pytest.mark.parametrize(("row", "fact"), sorted(ANY_TIME))
def test_a_stream_may_be_moved_and_deleted_whatever_it_does(row: str, fact: str) -> None:
    before = STATES[row]
    assert not isinstance(before, Absent)

    state = after(row, fact)

    assert not isinstance(state, Absent)
    assert state.card.version == before.card.version + 1
    if fact == "deleted":
        assert isinstance(state, Deleted)
    else:
        moved = replace(
            before.card, folder="f-1", version=state.card.version, updated_at=state.card.updated_at
        )
        assert state == replace(before, card=moved)


def test_what_was_on_air_counts_in_every_ending() -> None:
    ends = {row: after(row, "stopped") for row in ("ready", "streaming", "disconnected")}

    assert [getattr(state, "broadcast", None) for state in ends.values()] == [
        None,
        replace(STREAMING.broadcast, seconds=60.0),
        DISCONNECTED.broadcast,
    ]


def test_a_second_break_goes_on_counting() -> None:
    state = after("streaming_again", "publish_ended")

    assert getattr(state, "broadcast", None) == replace(
        DISCONNECTED.broadcast, seconds=120.0, drops=2
    )
    again = after("disconnected", "publish_started")
    assert isinstance(again, Streaming)
    assert again.broadcast == DISCONNECTED.broadcast


def test_a_stream_that_nobody_published_to_may_end_without_a_recording() -> None:
    state = after("stopped_unheard", "completed")

    assert isinstance(state, Completed)
    assert state.recording == MEDIA, "the fact says what there is"


def test_every_state_is_in_the_table() -> None:
    assert {row for row, _ in LEGAL} | {"failed", "deleted"} == set(ROWS)
    assert isinstance(INITIAL, Absent)
    assert waits(1, 0).generation == 1
