"""The video: its states, and which fact follows from which command in which state.

Pure: time is an argument, and a refusal is a value. Ingest and the transcoder both write videos,
which is why their decider lives here (DESIGN §3).
"""

from telecine.shared.aggregates.video.commands import (
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
)
from telecine.shared.aggregates.video.deciding import Decision, decide
from telecine.shared.aggregates.video.evolving import evolve
from telecine.shared.aggregates.video.states import (
    INITIAL,
    STATE_VERSION,
    Absent,
    Card,
    Completed,
    Created,
    Failed,
    InProgress,
    Known,
    Queued,
    Succeeded,
    Upload,
    Uploaded,
    Video,
    Waiting,
    Watchable,
    awaited,
)

__all__ = [
    "INITIAL",
    "STATE_VERSION",
    "Absent",
    "Card",
    "Command",
    "Completed",
    "Create",
    "Created",
    "Decision",
    "Delete",
    "Failed",
    "InProgress",
    "Known",
    "Move",
    "Queue",
    "Queued",
    "RevertDeletion",
    "SetPrivacy",
    "Step",
    "Succeeded",
    "Upload",
    "UploadFile",
    "UploadLink",
    "Uploaded",
    "Video",
    "Waiting",
    "Watchable",
    "awaited",
    "decide",
    "evolve",
]
