"""`transcoding_jobs/`: transcoding as a service, without an asset."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.errors import not_found
from telecine.platforms.tpstreams.identity import is_id
from telecine.platforms.tpstreams.job_body import JobBody
from telecine.platforms.tpstreams.job_query import PAGE_SIZE, Wanted, wanted
from telecine.platforms.tpstreams.job_shape import created, detailed, listed
from telecine.platforms.tpstreams.pages import numbered
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.shared.aggregates.job import Completed, Failed
from telecine.shared.contracts.jobs import CancelJob, CreateJob, GetJob, ListJobs


class Jobs:
    """The answers, each: who calls, what about, one command or query, the documented shape."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the two paths."""
        many = [
            Way("POST", self.create, "Transcode a video", 201),
            Way("GET", self.list, "List all transcoding jobs"),
        ]
        one = [
            Way("GET", self.get, "Get a transcoding job"),
            Way("DELETE", self.cancel, "Cancel a transcoding job"),
        ]
        mount(router, self._house, f"{ROOT}/transcoding_jobs/", many)
        mount(router, self._house, f"{ROOT}/transcoding_jobs/{{job_id}}/", one)

    async def create(self, request: Request, org: str) -> Response:
        """Queue a job; its status changes go to the organisation's webhooks."""
        caller = enter(self._house, request, org)
        body = await body_of(request, JobBody)
        opening = body if isinstance(body, Invalid) else body.opening(caller.request_key)
        if isinstance(opening, Invalid):
            return refuse(opening)
        made = await self._house.call(CreateJob(opening=opening, **caller.ids()))
        return answer(created(made.job), 201)

    async def list(self, request: Request, org: str) -> Response:
        """Answer a page of jobs by its number; `status` may be given several times."""
        enter(self._house, request, org)
        query = wanted(request.query_params)
        if isinstance(query, Invalid):
            return refuse(query)
        found = await self._house.call(_listing(org, query))
        if query.page > 1 and not found.jobs:
            return answer({"detail": "Invalid page."}, 404)
        results = [listed(each) for each in found.jobs]
        return answer(numbered(str(request.url), query.page, PAGE_SIZE, found.total, results))

    async def get(self, request: Request, org: str, job_id: str) -> Response:
        """Answer one job."""
        enter(self._house, request, org)
        if not is_id(job_id):
            return not_found()
        found = await self._house.call(GetJob(org=org, job_id=job_id))
        return answer(detailed(found.job))

    async def cancel(self, request: Request, org: str, job_id: str) -> Response:
        """Leave a job; what has ended stays as it ended, and that is no error."""
        caller = enter(self._house, request, org)
        if not is_id(job_id):
            return not_found()
        left = await self._house.call(CancelJob(job_id=job_id, **caller.ids()))
        over = isinstance(left.job, Completed | Failed)
        said = "Job is already completed." if over else "Job cancelled successfully."
        return answer({"message": said})


def _listing(org: str, query: Wanted) -> ListJobs:
    return ListJobs(
        org=org,
        kinds=query.kinds,
        drm=query.drm,
        created_from=query.created_from,
        created_to=query.created_to,
        order=query.order,
        offset=(query.page - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
