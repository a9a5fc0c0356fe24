"""The endpoint's states and how facts change them; which fact follows is subscriptions' to decide."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from telecine.shared.errors import BrokenLog
from telecine.shared.events import Stamp
from telecine.shared.events.endpoint import (
    EndpointActivated,
    EndpointCreated,
    EndpointDeactivated,
    EndpointDeleted,
    EndpointFact,
    EndpointUpdated,
    Subscription,
)


@dataclass(frozen=True)
class Profile:
    """What every endpoint has. `version` counts its facts; keys are names, never secrets."""

    org: str
    id: str
    version: int
    platform: str
    request_key: str
    signing_key: str
    subscription: Subscription
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Absent:
    """No fact yet."""

    kind: Literal["absent"] = "absent"


@dataclass(frozen=True)
class Active:
    profile: Profile
    kind: Literal["active"] = "active"


@dataclass(frozen=True)
class Inactive:
    """Kept, but matches no new event and is sent nothing."""

    profile: Profile
    kind: Literal["inactive"] = "inactive"


@dataclass(frozen=True)
class Deleted:
    profile: Profile
    kind: Literal["deleted"] = "deleted"


Living = Active | Inactive
Known = Active | Inactive | Deleted
Endpoint = Absent | Known

INITIAL = Absent()
STATE_VERSION = 1


def evolve(state: Endpoint, fact: EndpointFact, stamp: Stamp) -> Endpoint:
    """Answer the state after a fact; the stamp says whose it is and when it happened."""
    if isinstance(state, Absent):
        return _born(fact, stamp)
    profile = replace(state.profile, version=state.profile.version + 1, updated_at=stamp.at)
    match state, fact:
        case ((Active() | Inactive()), EndpointUpdated(subscription=subscription)):
            return replace(state, profile=replace(profile, subscription=subscription))
        case Inactive(), EndpointActivated():
            return Active(profile)
        case Active(), EndpointDeactivated():
            return Inactive(profile)
        case ((Active() | Inactive()), EndpointDeleted()):
            return Deleted(profile)
        case _:
            raise BrokenLog(f"{fact.type} cannot follow on an endpoint that is {state.kind}")


def _born(fact: EndpointFact, stamp: Stamp) -> Endpoint:
    if not isinstance(fact, EndpointCreated):
        raise BrokenLog(f"{fact.type} cannot be the first fact of an endpoint")
    return Active(
        Profile(
            org=stamp.org,
            id=stamp.id,
            version=1,
            platform=fact.platform,
            request_key=fact.request_key,
            signing_key=fact.signing_key,
            subscription=fact.subscription,
            created_at=stamp.at,
            updated_at=stamp.at,
        )
    )
