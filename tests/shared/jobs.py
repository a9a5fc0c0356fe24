"""A transcoding job in each of its states, and each fact of its life; minute n belongs to version n."""

from datetime import datetime

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.job import (
    Absent,
    Cancelled,
    Card,
    Completed,
    Created,
    Failed,
    Job,
    Queued,
    Started,
)
from telecine.shared.events import Stamp
from telecine.shared.events.job import (
    JobCancelled,
    JobCompleted,
    JobCreated,
    JobFact,
    JobFailed,
    JobOpening,
    JobPlan,
    JobQueued,
    JobStarted,
)
from tests.shared.videos import FAILURE, MEDIA, ORG, due, minute

ID = "0b9e4a52-0d7c-4f3e-8d55-2f6a1c9e7b31"

OPENING = JobOpening(
    platform="tpstreams",
    request_key="create-1",
    input="https://media.example/sea.mp4",
    output="s3://bucket/sea/",
    resolutions=("240p", "480p"),
    drm=True,
    metadata={"client_id": "anna", "tags": ["sea", 7, None]},
)
PLAN = JobPlan(waits=(0.5, 1.75), media=MEDIA)
DOOMED = JobPlan(waits=(0.5, 1.75), failure=FAILURE)


def stamp(version: int) -> Stamp:
    return Stamp(ORG, ID, minute(version))


def card(version: int, started_at: datetime | None = None) -> Card:
    """Answer what the job of this version has; it was born in minute 1."""
    return Card(ORG, ID, version, OPENING, minute(1), minute(version), started_at)


CREATED = Created(card(1))
QUEUED = Queued(card(2), PLAN, Awaited(2, due(2, 0.5)))
STARTED = Started(card(3, minute(3)), PLAN, Awaited(3, due(3, 1.75)))
STARTED_DOOMED = Started(card(3, minute(3)), DOOMED, Awaited(3, due(3, 1.75)))
COMPLETED = Completed(card(4, minute(3)), MEDIA)
FAILED = Failed(card(4, minute(3)), FAILURE)
CANCELLED = Cancelled(card(4, minute(3)))

STATES: dict[str, Job] = {
    "absent": Absent(),
    "created": CREATED,
    "queued": QUEUED,
    "started": STARTED,
    "started_doomed": STARTED_DOOMED,
    "completed": COMPLETED,
    "failed": FAILED,
    "cancelled": CANCELLED,
}

FACTS: dict[str, JobFact] = {
    "created": JobCreated(opening=OPENING),
    "queued": JobQueued(plan=PLAN, next_at=due(2, 0.5)),
    "started": JobStarted(next_at=due(3, 1.75)),
    "completed": JobCompleted(media=MEDIA),
    "failed": JobFailed(failure=FAILURE),
    "cancelled": JobCancelled(),
}
