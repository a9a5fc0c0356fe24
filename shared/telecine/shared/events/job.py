"""What can happen to a transcoding job: a link that is transcoded to somewhere else, without a video."""

from datetime import datetime
from typing import Any, ClassVar

from telecine.shared.events import Fact, Wire
from telecine.shared.events.video import Failure, Media


class JobOpening(Wire):
    """What a job is told at its birth. `metadata` is its owner's, kept as given.

    `input` and `output` hold no secret: whoever takes the wish has put it out (docs/decisions).
    """

    platform: str
    request_key: str
    input: str
    output: str
    resolutions: tuple[str, ...]
    drm: bool = False
    metadata: dict[str, Any] | None = None


class JobPlan(Wire):
    """What the encoder will do with one job, decided once and kept in the log.

    `waits` are seconds of virtual time: until the work starts, until it is done (or fails).
    """

    waits: tuple[float, float]
    media: Media | None = None
    failure: Failure | None = None


class JobCreated(Fact):
    """Somebody wants something transcoded."""

    type: ClassVar[str] = "job.created"
    opening: JobOpening


class JobQueued(Fact):
    """The encoder has taken it. `next_at`: when the work starts (virtual)."""

    type: ClassVar[str] = "job.queued"
    plan: JobPlan
    next_at: datetime


class JobStarted(Fact):
    """The encoder works. `next_at`: when it is done (virtual)."""

    type: ClassVar[str] = "job.started"
    next_at: datetime


class JobCompleted(Fact):
    """Transcoded; `media` is what the input was."""

    type: ClassVar[str] = "job.completed"
    media: Media


class JobFailed(Fact):
    """It could not be transcoded, for good."""

    type: ClassVar[str] = "job.failed"
    failure: Failure


class JobCancelled(Fact):
    """Its owner does not want it any more."""

    type: ClassVar[str] = "job.cancelled"


JobFact = JobCreated | JobQueued | JobStarted | JobCompleted | JobFailed | JobCancelled
