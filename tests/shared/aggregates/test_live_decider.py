"""Every command in every state of a live stream: the whole table, stated as data."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from telecine.shared.aggregates.live import (
    Absent,
    Command,
    Create,
    Delete,
    Live,
    Move,
    Serve,
    Start,
    Step,
    Stop,
    awaited,
    decide,
)
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.events.live import (
    LiveCompleted,
    LiveCreated,
    LiveDeleted,
    LiveFact,
    LiveFailed,
    LiveMoved,
    LivePublishEnded,
    LivePublishStarted,
    LiveRecordingStarted,
    LiveServerReady,
    LiveServerStarting,
    LiveStartRequested,
    LiveStopped,
    Trim,
)
from tests import grid
from tests.shared.lives import (
    FACTS,
    MEDIA,
    OPENING,
    PLAN,
    READY,
    RECORDING,
    STATES,
    STREAMING,
    STREAMING_AGAIN,
)
from tests.shared.videos import FAILURE, minute

NOW = minute(60)
OTHER = OPENING.model_copy(update={"request_key": "create-2", "title": "Another"})


def generation(state: Live) -> int:
    """Answer the awaited generation; where none is awaited, the one that a timer would have."""
    if expected := awaited(state):
        return expected.generation
    return 1 if isinstance(state, Absent) else state.card.version


COMMANDS: Mapping[str, Callable[[Live], Command]] = {
    "create_same_key": lambda _: Create(OPENING),
    "create_other_key": lambda _: Create(OTHER),
    "start": lambda _: Start(),
    "serve": lambda _: Serve(PLAN),
    "step_awaited": lambda state: Step(generation(state)),
    "step_stale": lambda state: Step(generation(state) - 1),
    "step_future": lambda state: Step(generation(state) + 1),
    "stop": lambda _: Stop(None),
    "move_away": lambda _: Move("f-1"),
    "move_nowhere": lambda _: Move(None),
    "delete": lambda _: Delete(),
}

#: "." nothing new, "none" not found, "clash" conflict, "+…" the fact that follows.
TABLE = """
#                create  create  start   serve   step    step   step    stop   move   move     delete
#                same    other                   awaited stale  future         away   nowhere
absent           +create +create none    .       .       .      .       none   none   none     none
scheduled        .       clash   +want   .       .       .      .       clash  +move  .        +delete
requested        .       clash   .       +serve  .       .      .       clash  +move  .        +delete
starting         .       clash   .       .       +ready  .      .       clash  +move  .        +delete
starting_doomed  .       clash   .       .       +fail   .      .       clash  +move  .        +delete
ready            .       clash   .       .       +air    .      .       +stop  +move  .        +delete
streaming        .       clash   .       .       +drop   .      .       +stop  +move  .        +delete
disconnected     .       clash   .       .       +back   .      .       +stop  +move  .        +delete
streaming_again  .       clash   .       .       .       .      .       +stop  +move  .        +delete
stopped          .       clash   clash   .       +record .      .       .      +move  .        +delete
stopped_unheard  .       clash   clash   .       +empty  .      .       .      +move  .        +delete
recording        .       clash   clash   .       +good   .      .       .      +move  .        +delete
completed        .       clash   clash   .       .       .      .       .      +move  .        +delete
failed           .       clash   clash   .       .       .      .       clash  +move  .        +delete
deleted          clash   clash   none    .       .       .      .       none   none   none     none
"""
CELLS = grid.parsed("\n".join(TABLE.strip().splitlines()[2:]), tuple(COMMANDS))


def after(seconds: float) -> dict[str, object]:
    return {"next_at": NOW + timedelta(seconds=seconds)}


FOLLOWING: dict[str, LiveFact] = {
    "+want": LiveStartRequested(),
    "+serve": LiveServerStarting.model_validate({"plan": PLAN, **after(25.5)}),
    "+ready": LiveServerReady.model_validate(after(3.25)),
    "+fail": LiveFailed(failure=FAILURE),
    "+air": LivePublishStarted.model_validate(after(60)),
    "+drop": LivePublishEnded.model_validate(after(60)),
    "+back": LivePublishStarted(next_at=None),
    "+stop": LiveStopped.model_validate({"trim": None, **after(2.5)}),
    "+record": LiveRecordingStarted.model_validate(after(4.75)),
    "+empty": LiveCompleted(recording=None),
    "+good": LiveCompleted(recording=MEDIA),
    "+move": LiveMoved(folder="f-1"),
    "+delete": LiveDeleted(),
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
            assert decision.message
        case "+create", Create(opening):
            assert decision == LiveCreated(opening=opening)
        case sign, _:
            assert decision == FOLLOWING[sign]


def test_table_has_a_row_for_every_state_and_a_column_for_every_command() -> None:
    assert {row for row, _ in CELLS} == set(STATES)
    assert {type(state) for state in STATES.values()} == set(get_args(Live))
    assert {type(make(READY)) for make in COMMANDS.values()} == set(get_args(Command))
    assert len(CELLS) == len(STATES) * len(COMMANDS)
    assert {type(fact) for fact in FACTS.values()} == set(get_args(LiveFact))


def test_recording_that_is_not_wanted_is_not_made() -> None:
    unwanted = OPENING.model_copy(update={"transcode": False})
    state = replace(RECORDING, card=replace(RECORDING.card, opening=unwanted))

    assert decide(state, Step(8), NOW) == LiveCompleted(recording=None)


def test_recording_has_the_part_that_was_asked_for() -> None:
    decision = decide(replace(RECORDING, trim=Trim(start=30, end=90)), Step(8), NOW)

    wanted = MEDIA.model_copy(update={"duration": 60.0, "size": 12_000_000})
    assert decision == LiveCompleted(recording=wanted)


#: Two minutes were on air when it is stopped in minute 7.
BEGUN = int(minute(4).timestamp())


@pytest.mark.parametrize(
    ("start", "end"), [(30, 120), (BEGUN + 30, BEGUN + 120)], ids=["seconds", "epoch"]
)
def test_a_trim_is_kept_in_seconds_from_the_beginning(start: int, end: int) -> None:
    decision = decide(STREAMING_AGAIN, Stop(Trim(start=start, end=end)), minute(7))

    assert isinstance(decision, LiveStopped)
    assert decision.trim == Trim(start=30, end=120)


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (0, 121, "end_time"),
        (BEGUN, BEGUN + 121, "end_time"),
        (BEGUN - 1, BEGUN + 5, "start_time"),
    ],
)
def test_a_trim_beyond_the_recording_is_refused_by_field(start: int, end: int, field: str) -> None:
    decision = decide(STREAMING_AGAIN, Stop(Trim(start=start, end=end)), minute(7))

    assert isinstance(decision, Refused)
    assert (decision.code, decision.field) == ("invalid", field)


def test_what_was_never_on_air_cannot_be_trimmed() -> None:
    decision = decide(READY, Stop(Trim(start=0, end=1)), NOW)

    assert isinstance(decision, Refused)
    assert (decision.code, decision.field) == ("invalid", "start_time")


def test_a_stream_whose_connection_never_breaks_waits_for_nothing() -> None:
    steady = PLAN.model_copy(update={"drops": ()})

    assert decide(replace(READY, plan=steady), Step(3), NOW) == LivePublishStarted(next_at=None)
    assert awaited(replace(STREAMING, awaited=None)) is None
