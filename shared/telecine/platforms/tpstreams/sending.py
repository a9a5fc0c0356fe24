"""The webhooks that TPStreams sends: the bare asset or job when its status changes, with the token.

A live stream's server that has come up is told too: its asset has the same status and a `rtmp_url`.
"""

from collections.abc import Mapping
from typing import Any

from telecine.platforms.pack import Body, Fidelity, Subject
from telecine.platforms.tpstreams import asset, job_shape, live_shape
from telecine.platforms.tpstreams.answers import compact
from telecine.shared.aggregates import job, live
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.errors import BrokenLog
from telecine.shared.log.envelope import Recorded

HEADER = "x-streams-token"

#: The types after which the status is another one. Not a job's cancellation: no word for it is
#: documented, and the vendor's older transcoder says nothing of one (upstream-api.md, B7).
SENT = (
    "video.ready_for_processing",
    "video.in_progress",
    "video.process_succeeded",
    "video.process_failed",
    "live.server_ready",
    "live.publish_started",
    "live.publish_ended",
    "live.stopped",
    "live.recording_started",
    "live.completed",
    "live.failed",
    "job.started",
    "job.completed",
    "job.failed",
)


def sends(event_type: str, _: Fidelity) -> bool:
    """Whether a type leaves as a webhook. All that is sent is documented, at either fidelity."""
    return event_type in SENT


def bodies(fact: Recorded[Any, Any], subject: Subject) -> Body:
    """Answer the body: the asset or job itself, with no envelope and no name of an event; so it is
    the same for every endpoint."""
    body = compact(_told(fact, subject))
    return lambda _, __: body


def _told(fact: Recorded[Any, Any], subject: Subject) -> object:
    if isinstance(subject, live.Deleted):
        raise BrokenLog(f"{fact.fact.type} is never sent")
    if isinstance(subject, live.Living):
        return live_shape.told(subject)
    if isinstance(subject, job.Known):
        return job_shape.told(subject)
    return asset.told(subject)


def headers(profile: Profile, secrets: Mapping[str, str]) -> dict[str, str]:
    """Answer the header with the endpoint's token, if it has one."""
    key = profile.subscription.token_key
    return {HEADER: secrets[key]} if key else {}
