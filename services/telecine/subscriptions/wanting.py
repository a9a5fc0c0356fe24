"""Which endpoints are owed what, and in which chain. Pure."""

from telecine.platforms import packs
from telecine.platforms.pack import Fidelity
from telecine.shared.aggregates.endpoint import Active, Profile
from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES, wanted


def wants(endpoint: Active, event_type: str, fidelity: Fidelity) -> bool:
    """Whether an active endpoint is owed events of a type."""
    subscription = endpoint.profile.subscription
    if event_type in OPERATIONAL_TYPES:
        return wanted(subscription.types, event_type)
    pack = packs()[endpoint.profile.platform]
    everything = pack.tells_all and not subscription.narrowed
    chosen = everything or wanted(subscription.types, event_type)
    return chosen and pack.sends(event_type, fidelity)


def chain_of(profile: Profile, subject_id: str) -> str | None:
    """Answer the chain that a delivery about a video (or the like) stands in; None: it waits for none.

    An endpoint that changes its ordering begins new chains: their first has no predecessor.
    """
    match profile.subscription.settings.ordering:
        case "video":
            return f"{profile.id}:{subject_id}"
        case "endpoint":
            return profile.id
        case _:
            return None
