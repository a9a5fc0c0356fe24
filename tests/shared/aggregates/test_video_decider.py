"""Every command in every state of a video: the whole table, stated as data."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.aggregates.video import (
    Absent,
    Command,
    Create,
    Delete,
    Move,
    Queue,
    RevertDeletion,
    SetPrivacy,
    Step,
    UploadFile,
    UploadLink,
    Video,
    awaited,
    decide,
)
from telecine.shared.errors import BrokenLog
from telecine.shared.events.video import (
    Plan,
    VideoCompletedProcessing,
    VideoCreated,
    VideoDeleted,
    VideoDeletionReverted,
    VideoFact,
    VideoFailedToDelete,
    VideoInProgress,
    VideoMoved,
    VideoPrivacyChanged,
    VideoProcessFailed,
    VideoProcessSucceeded,
    VideoReadyForProcessing,
    VideoReadyToWatch,
    VideoUploaded,
)
from tests import grid
from tests.shared.videos import (
    COMPLETED,
    DOOMED,
    FAILURE,
    FILE,
    IN_PROGRESS,
    LINK,
    MEDIA,
    OPENING,
    PLAN,
    STATES,
    minute,
)

NOW = minute(60)
OTHER = OPENING.model_copy(update={"request_key": "create-2", "title": "Another"})


def generation(state: Video) -> int:
    """Answer the awaited generation; where none is awaited, the one that a timer would have."""
    if expected := awaited(state):
        return expected.generation
    return 1 if isinstance(state, Absent) else state.card.version


#: `create-1` opened and `upload-1` filled the video that the states are about.
COMMANDS: Mapping[str, Callable[[Video], Command]] = {
    "create_same_key": lambda _: Create(OPENING),
    "create_other_key": lambda _: Create(OTHER),
    "link_same_key": lambda _: UploadLink(OPENING, LINK),
    "link_other_key": lambda _: UploadLink(OTHER, LINK),
    "file_same_key": lambda _: UploadFile("upload-1", FILE, MEDIA, None),
    "file_other_key": lambda _: UploadFile("upload-2", FILE, None, FAILURE),
    "queue": lambda _: Queue(PLAN),
    "step_awaited": lambda state: Step(generation(state)),
    "step_stale": lambda state: Step(generation(state) - 1),
    "step_future": lambda state: Step(generation(state) + 1),
    "delete_allowed": lambda _: Delete(None),
    "delete_too_early": lambda _: Delete("it is being processed"),
    "revert": lambda _: RevertDeletion(),
    "privacy_same": lambda _: SetPrivacy("private"),
    "privacy_other": lambda _: SetPrivacy("public"),
    "move_same": lambda _: Move("c-7"),
    "move_other": lambda _: Move("c-8"),
    "move_out": lambda _: Move(None),
}

#: "." nothing new, "none" not found, "clash" conflict, "+…" the fact that follows.
MACHINE = """
#                          create  create  link    link    file    file    queue   step    step    step
#                          same    other   same    other   same    other           awaited stale   future
absent                     +create +create +link   +link   none    none    clash   .       .       .
created                    .       clash   .       clash   +file   +file   clash   .       .       .
uploaded                   .       clash   .       clash   .       clash   +ready  .       .       .
queued                     .       clash   .       clash   .       clash   .       +begin  .       .
in_progress                .       clash   .       clash   .       clash   .       +encode .       .
in_progress_doomed         .       clash   .       clash   .       clash   .       +fail   .       .
completed                  .       clash   .       clash   .       clash   .       +good   .       .
succeeded                  .       clash   .       clash   .       clash   .       +watch  .       .
watchable                  .       clash   .       clash   .       clash   .       .       .       .
failed                     .       clash   .       clash   .       clash   .       .       .       .
created_deleted            .       clash   .       clash   clash   clash   clash   .       .       .
uploaded_deleted           .       clash   .       clash   .       clash   +ready  .       .       .
queued_deleted             .       clash   .       clash   .       clash   .       +begin  .       .
in_progress_deleted        .       clash   .       clash   .       clash   .       +encode .       .
in_progress_doomed_deleted .       clash   .       clash   .       clash   .       +fail   .       .
completed_deleted          .       clash   .       clash   .       clash   .       +good   .       .
succeeded_deleted          .       clash   .       clash   .       clash   .       +watch  .       .
watchable_deleted          .       clash   .       clash   .       clash   .       .       .       .
failed_deleted             .       clash   .       clash   .       clash   .       .       .       .
"""
#: What concerns the mark of deletion, the privacy and the folder.
MARKS = """
#                          delete  delete  revert  privacy privacy move    move    move
#                          allowed early           same    other   same    other   out
absent                     none    none    none    none    none    none    none    none
created                    +del    +fdel   clash   .       +priv   .       +move   +out
uploaded                   +del    +fdel   clash   .       +priv   .       +move   +out
queued                     +del    +fdel   clash   .       +priv   .       +move   +out
in_progress                +del    +fdel   clash   .       +priv   .       +move   +out
in_progress_doomed         +del    +fdel   clash   .       +priv   .       +move   +out
completed                  +del    +fdel   clash   .       +priv   .       +move   +out
succeeded                  +del    +fdel   clash   .       +priv   .       +move   +out
watchable                  +del    +fdel   clash   .       +priv   .       +move   +out
failed                     +del    +fdel   clash   .       +priv   .       +move   +out
created_deleted            clash   clash   +rev    clash   clash   .       +move   +out
uploaded_deleted           clash   clash   +rev    clash   clash   .       +move   +out
queued_deleted             clash   clash   +rev    clash   clash   .       +move   +out
in_progress_deleted        clash   clash   +rev    clash   clash   .       +move   +out
in_progress_doomed_deleted clash   clash   +rev    clash   clash   .       +move   +out
completed_deleted          clash   clash   +rev    clash   clash   .       +move   +out
succeeded_deleted          clash   clash   +rev    clash   clash   .       +move   +out
watchable_deleted          clash   clash   +rev    clash   clash   .       +move   +out
failed_deleted             clash   clash   +rev    clash   clash   .       +move   +out
"""
NAMES = tuple(COMMANDS)
CELLS = {
    **grid.parsed("\n".join(MACHINE.strip().splitlines()[2:]), NAMES[:10]),
    **grid.parsed("\n".join(MARKS.strip().splitlines()[2:]), NAMES[10:]),
}


def after(seconds: float) -> dict[str, object]:
    return {"next_at": NOW + timedelta(seconds=seconds)}


def expected(sign: str, command: Command) -> VideoFact:
    """Answer the exact fact that a sign of the table stands for."""
    match sign, command:
        case "+create", Create(opening):
            return VideoCreated(opening=opening)
        case "+link", UploadLink(opening, source):
            key = opening.request_key
            return VideoUploaded(opening=opening, upload_key=key, source=source)
        case "+file", UploadFile(key, source, media, defect):
            return VideoUploaded(
                opening=None, upload_key=key, source=source, media=media, defect=defect
            )
    steps: dict[str, VideoFact] = {
        "+ready": VideoReadyForProcessing.model_validate({"plan": PLAN, **after(0.5)}),
        "+begin": VideoInProgress.model_validate(after(1.75)),
        "+encode": VideoCompletedProcessing.model_validate(after(0.25)),
        "+good": VideoProcessSucceeded.model_validate({"media": MEDIA, **after(0.125)}),
        "+watch": VideoReadyToWatch(),
        "+fail": VideoProcessFailed(stage="encode", failure=FAILURE),
        "+del": VideoDeleted(),
        "+fdel": VideoFailedToDelete(reason="it is being processed"),
        "+rev": VideoDeletionReverted(),
        "+priv": VideoPrivacyChanged(privacy="public"),
        "+move": VideoMoved(folder="c-8"),
        "+out": VideoMoved(folder=None),
    }
    return steps[sign]


@pytest.mark.parametrize(("row", "column"), CELLS)
def test_every_command_in_every_state_has_its_one_answer(row: str, column: str) -> None:
    state = STATES[row]
    command = COMMANDS[column](state)

    decision = decide(state, command, NOW)

    match CELLS[row, column]:
        case ".":
            assert decision == Unchanged()
        case "none" | "clash" as sign:
            assert isinstance(decision, Refused)
            assert decision.code == {"none": "not_found", "clash": "conflict"}[sign]
            assert decision.message
        case sign:
            assert decision == expected(sign, command)


def test_table_has_a_row_for_every_state_and_a_column_for_every_command() -> None:
    rows = {row for row, _ in CELLS}

    assert rows == set(STATES)
    assert {type(state) for state in STATES.values()} == set(get_args(Video))
    assert {type(make(IN_PROGRESS)) for make in COMMANDS.values()} == set(get_args(Command))
    assert len(CELLS) == len(STATES) * len(COMMANDS)


def test_awaited_timer_is_that_of_the_waiting_states_only() -> None:
    waiting = {name for name, state in STATES.items() if awaited(state)}

    alive = {"queued", "in_progress", "in_progress_doomed", "completed", "succeeded"}
    assert waiting == alive | {f"{name}_deleted" for name in alive}


def test_video_that_must_fail_fails_even_if_its_media_is_known() -> None:
    doomed = DOOMED.model_copy(update={"media": MEDIA})

    decision = decide(replace(IN_PROGRESS, plan=doomed), Step(4), NOW)

    assert decision == VideoProcessFailed(stage="encode", failure=FAILURE)


def test_plan_without_media_and_failure_breaks_the_log() -> None:
    state = replace(COMPLETED, plan=Plan(waits=PLAN.waits))

    with pytest.raises(BrokenLog, match="without media and without failure"):
        decide(state, Step(5), NOW)
