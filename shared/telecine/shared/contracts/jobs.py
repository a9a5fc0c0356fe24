"""What may be asked of ingest about transcoding jobs."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from telecine.shared.aggregates import job
from telecine.shared.contracts import PAGE, Command, Request
from telecine.shared.events import Wire
from telecine.shared.events.job import JobOpening

KnownJob = Annotated[job.Known, Field(discriminator="kind")]

#: Jobs in one answer: each may carry 10 KB of its owner's, and a reply has 1 MiB.
JOBS_PAGE = min(PAGE, 40)


class JobAnswer(Wire):
    """A job as it stands."""

    job: KnownJob


class JobPage(Wire):
    """Some of the jobs that match, and how many match in all."""

    jobs: list[KnownJob]
    total: int


class CreateJob(Command[JobAnswer]):
    """Have something transcoded."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "job.create"
    reply: ClassVar[type[Any]] = JobAnswer
    opening: JobOpening


class CancelJob(Command[JobAnswer]):
    """Leave a job; one that has ended stays as it ended, and is answered so."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "job.cancel"
    reply: ClassVar[type[Any]] = JobAnswer
    job_id: str


class GetJob(Request[JobAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "job.get"
    reply: ClassVar[type[Any]] = JobAnswer
    org: str
    job_id: str


class ListJobs(Request[JobPage]):
    """Every filter that is given must hold; empty `kinds`: every state. Times are included."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "job.list"
    reply: ClassVar[type[Any]] = JobPage
    org: str
    kinds: tuple[str, ...] = ()
    drm: bool | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    order: Literal["newest", "oldest"] = "newest"
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=JOBS_PAGE)] = JOBS_PAGE
