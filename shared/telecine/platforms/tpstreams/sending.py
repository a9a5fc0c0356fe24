"""The webhooks that TPStreams sends: the bare asset whenever its status changes, with the token."""

from collections.abc import Mapping

from telecine.platforms.pack import Fidelity, Rendering
from telecine.platforms.tpstreams.answers import compact
from telecine.platforms.tpstreams.asset import asset
from telecine.shared.endpoint import Profile

HEADER = "x-streams-token"

#: The types after which the status is another one: Queued, Transcoding, Completed, Error.
SENT = (
    "video.ready_for_processing",
    "video.in_progress",
    "video.process_succeeded",
    "video.process_failed",
)


def sends(event_type: str, _: Fidelity) -> bool:
    """Whether a type leaves as a webhook. All that is sent is documented, at either fidelity."""
    return event_type in SENT


def render(rendering: Rendering) -> bytes:
    """Answer the body: the asset itself, with no envelope and no name of an event."""
    return compact(asset(rendering.video))


def headers(profile: Profile, secrets: Mapping[str, str]) -> dict[str, str]:
    """Answer the header with the endpoint's token, if it has one."""
    key = profile.subscription.token_key
    return {HEADER: secrets[key]} if key else {}
