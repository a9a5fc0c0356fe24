"""Ingest's answers about transcoding jobs."""

from telecine.ingest.jobs_view import JobView
from telecine.ingest.obeying import Shown
from telecine.shared.aggregates import job
from telecine.shared.aggregates.job import Absent, Job
from telecine.shared.contracts import Command
from telecine.shared.contracts.jobs import (
    CancelJob,
    CreateJob,
    GetJob,
    JobAnswer,
    JobPage,
    ListJobs,
)
from telecine.shared.copies.instance import Instance
from telecine.shared.copies.projections import project
from telecine.shared.errors import BrokenLog, Refusal
from telecine.shared.events.job import JobFact
from telecine.shared.ids import uuid_of
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.tables.database import Database
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.rpc import serve


async def answer_jobs(me: Instance, log: EventLog[Job, JobFact], database: Database) -> None:
    """Answer about jobs, and keep their view, for as long as the instance runs."""
    view = JobView(database)
    handlers = JobHandlers(log, view, me.clock, me.settings.seed)
    serve(me.broker, CreateJob, handlers.create)
    serve(me.broker, CancelJob, handlers.cancel)
    serve(me.broker, GetJob, handlers.get)
    serve(me.broker, ListJobs, handlers.list)
    await project(me, log, "ingest-jobs-view", view.put)


class JobHandlers:
    """Commands are idempotent by their request key or their effect; queries change nothing."""

    def __init__(
        self, log: EventLog[Job, JobFact], view: JobView, clock: VirtualClock, seed: int
    ) -> None:
        self._jobs = Shown(log, view.put)
        self._view = view
        self._clock = clock
        self._seed = seed

    async def create(self, command: CreateJob) -> JobAnswer:
        """Have something transcoded."""
        job_id = uuid_of(self._seed, command.org, "job", command.opening.request_key)
        return await self._obey(command, job_id, job.Create(command.opening))

    async def cancel(self, command: CancelJob) -> JobAnswer:
        """Leave a job; whether it was too late is what its state says."""
        return await self._obey(command, command.job_id, job.Cancel())

    async def get(self, query: GetJob) -> JobAnswer:
        """Answer one job, from the log itself, so never an old one."""
        state = (await self._jobs.log.load(query.org, query.job_id)).state
        if isinstance(state, Absent):
            raise Refusal("not_found", "no such job")
        return JobAnswer(job=state)

    async def list(self, query: ListJobs) -> JobPage:
        """Answer a page of jobs."""
        return await self._view.page(query)

    async def _obey(
        self, command: Command[JobAnswer], job_id: str, wish: job.Command
    ) -> JobAnswer:
        obeyed = await self._jobs.obey(
            command.org,
            job_id,
            lambda state, at: job.decide(state, wish, at),
            now=self._clock.now(),
            trace=Trace(command.request_id, command.correlation_id),
        )
        if isinstance(obeyed.state, Absent):
            raise BrokenLog(f"{command.name} was obeyed and left no job {job_id}")
        return JobAnswer(job=obeyed.state)
