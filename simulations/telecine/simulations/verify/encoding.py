"""Live streams and jobs under way: each that waits has its timer, each that wants a start was seen."""

from collections.abc import Mapping
from typing import Any

from telecine.shared.aggregates import job, live
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.log import Folded
from telecine.simulations.verify.queues import UnderWay


def check_lives(
    lives: Mapping[str, Folded[Any, Any]], queues: UnderWay, findings: Findings
) -> None:
    """No live stream is stuck; one that has just been stopped may have its timer set still."""
    for live_id, each in lives.items():
        unseen = each.sequence > queues.begun_up_to["live"]
        expected = live.awaited(each.state)
        if expected:
            held = ("transcoder-live", live_id, expected.generation) in queues.timers
            problem = f"live stream {live_id} waits for timer {expected.generation} in vain"
            findings.hold("timers", held or unseen, problem)
        elif isinstance(each.state, live.Requested):
            problem = f"the server of live stream {live_id} is wanted and forgotten"
            findings.hold("begun", unseen, problem)


def check_jobs(jobs: Mapping[str, Folded[Any, Any]], queues: UnderWay, findings: Findings) -> None:
    """No job is stuck."""
    for job_id, each in jobs.items():
        expected = job.awaited(each.state)
        if expected:
            held = ("transcoder-job", job_id, expected.generation) in queues.timers
            problem = f"job {job_id} waits for timer {expected.generation} in vain"
            findings.hold("timers", held, problem)
        elif isinstance(each.state, job.Created):
            unseen = each.sequence > queues.begun_up_to["job"]
            findings.hold("begun", unseen, f"job {job_id} was created and forgotten")
