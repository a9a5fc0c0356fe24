"""The transcoding job as TPStreams shows it: on creation, in detail, in lists and in webhooks.

The documents give each its own fields; a status is written in capitals on creation and in detail,
in lower case in lists and webhooks (upstream-api.md, B6).
"""

import math
from datetime import datetime
from typing import Any, assert_never

from telecine.platforms.pack import wire_time
from telecine.shared.aggregates.job import (
    Cancelled,
    Completed,
    Created,
    Failed,
    Known,
    Queued,
    Started,
)
from telecine.shared.ids import hex_of

_DETAILED = (
    "id",
    "resolutions",
    "video_duration",
    "status",
    "input_url",
    "output_path",
    "start_time",
    "end_time",
    "error_message",
    "client_metadata",
)
_LISTED = (*_DETAILED[:-1], "enable_drm")


def status(job: Known) -> str:
    """Answer what TPStreams calls a job's state; `Cancelled` is its older transcoder's word."""
    match job:
        case Created() | Queued():
            return "Queued"
        case Started():
            return "Transcoding"
        case Completed():
            return "Completed"
        case Failed():
            return "Error"
        case Cancelled():
            return "Cancelled"
        case _:
            assert_never(job)


#: Which states a list's filter means.
KINDS = {
    "queued": (Created.kind, Queued.kind),
    "transcoding": (Started.kind,),
    "completed": (Completed.kind,),
    "error": (Failed.kind,),
}


def created(job: Known) -> dict[str, Any]:
    """Answer a job as its creation shows it."""
    opening = job.card.opening
    ended = isinstance(job, Completed | Failed | Cancelled)
    return {
        "id": job.card.id,
        "resolutions": list(opening.resolutions),
        "video_duration": math.ceil(job.media.duration) if isinstance(job, Completed) else None,
        "status": status(job),
        "enable_drm": opening.drm,
        "drm_content_id": hex_of(job.card.id, "drm") if opening.drm else None,
        "input_url": opening.input,
        "output_path": opening.output,
        "start_time": _time(job.card.started_at),
        "end_time": _time(job.card.updated_at if ended else None),
        "error_message": job.failure.reason if isinstance(job, Failed) else None,
        "client_metadata": opening.metadata,
    }


def detailed(job: Known) -> dict[str, Any]:
    """Answer a job as its own page shows it."""
    whole = created(job)
    return {key: whole[key] for key in _DETAILED}


def listed(job: Known) -> dict[str, Any]:
    """Answer a job as lists show it."""
    whole = told(job)
    return {key: whole[key] for key in _LISTED}


def told(job: Known) -> dict[str, Any]:
    """Answer a job as its webhooks show it."""
    return created(job) | {"status": status(job).lower()}


def _time(at: datetime | None) -> str | None:
    return wire_time(at, 6) if at else None
