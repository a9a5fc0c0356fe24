"""Which endpoints are owed what, and in which chain. Pure."""

from collections.abc import Sequence

from telecine.platforms import packs
from telecine.platforms.pack import Fidelity
from telecine.shared.aggregates.endpoint import Active, Profile
from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES, expanded, problem, wanted


def wants(endpoint: Active, event_type: str, fidelity: Fidelity) -> bool:
    """Whether an active endpoint is owed events of a type."""
    profile = endpoint.profile
    if event_type in OPERATIONAL_TYPES:
        return wanted(profile.subscription.types, event_type)
    return _chosen(profile, event_type) and packs()[profile.platform].sends(event_type, fidelity)


def replay_problem(types: Sequence[str], profile: Profile) -> str | None:
    """Answer what is wrong with the types of a replay, as a sentence without a subject; or None."""
    known = packs()[profile.platform].types
    if wrong := problem(types, known):
        return wrong
    for each in types:
        meant = expanded([each], known)
        if not meant:
            return f"has {each!r}, which is told when it happens and kept in no log; leave it out"
        if not any(_chosen(profile, one) for one in meant):
            wants_ = ", ".join(profile.subscription.types)
            return f"has {each!r}, which the endpoint does not want; it wants {wants_}"
    return None


def _chosen(profile: Profile, event_type: str) -> bool:
    """Whether an endpoint asks for a type of its platform's."""
    subscription = profile.subscription
    everything = packs()[profile.platform].tells_all and not subscription.narrowed
    return everything or wanted(subscription.types, event_type)


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


def endpoint_of(chain: str) -> str:
    """Answer whose a chain is."""
    return chain.partition(":")[0]
