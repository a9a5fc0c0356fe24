"""The endpoint's states and how facts change them; which fact follows is subscriptions' to decide."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from telecine.shared.aggregates.signing_keys import Keys, SigningKey, rotated
from telecine.shared.errors import BrokenLog
from telecine.shared.events import Stamp
from telecine.shared.events.endpoint import (
    EndpointActivated,
    EndpointCreated,
    EndpointDeactivated,
    EndpointDeleted,
    EndpointDisabled,
    EndpointFact,
    EndpointRecovered,
    EndpointSecretRead,
    EndpointSecretRotated,
    EndpointUpdated,
    HouseReason,
    SignatureKind,
    Subscription,
)


@dataclass(frozen=True)
class Profile:
    """What every endpoint has. `version` counts its facts; keys are names, never secrets.

    `keys`: newest first, of each kind. `renewed`: the version in which it was last switched on or given
    another URL; what came of an attempt before that is not held against it any more.
    `recovered_by`: the delivery whose success was the last recovery.
    """

    org: str
    id: str
    version: int
    platform: str
    request_key: str
    keys: Keys
    subscription: Subscription
    created_at: datetime
    updated_at: datetime
    renewed: int = 1
    recovered_by: str | None = None

    @property
    def signing_key(self) -> str:
        """The id of the current v1 key."""
        return next(key.id for key in self.keys if key.kind == "v1")

    def current(self, kind: SignatureKind) -> SigningKey | None:
        """Answer the newest key of a kind, if there ever was one."""
        return next((key for key in self.keys if key.kind == kind), None)

    def keys_at(self, now: datetime) -> Keys:
        """Answer the keys that sign at a virtual moment, newest first, of the kinds that are wanted."""
        wanted = self.subscription.settings.signatures
        return tuple(key for key in self.keys if key.kind in wanted and key.signs_at(now))


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
    """Kept, but matches no new event and is sent nothing; its owner switched it off, or the house."""

    profile: Profile
    why: Literal["owner"] | HouseReason = "owner"
    kind: Literal["inactive"] = "inactive"


@dataclass(frozen=True)
class Deleted:
    profile: Profile
    kind: Literal["deleted"] = "deleted"


Living = Active | Inactive
Known = Active | Inactive | Deleted
Endpoint = Absent | Known

INITIAL = Absent()
STATE_VERSION = 2


def evolve(state: Endpoint, fact: EndpointFact, stamp: Stamp) -> Endpoint:
    """Answer the state after a fact; the stamp says whose it is and when it happened."""
    if isinstance(state, Absent):
        return _born(fact, stamp)
    if isinstance(state, Deleted):
        raise _misplaced(state, fact)
    quiet = isinstance(fact, EndpointSecretRead | EndpointRecovered)  # its owner changed nothing
    at = state.profile.updated_at if quiet else stamp.at
    profile = replace(state.profile, version=state.profile.version + 1, updated_at=at)
    profile = _changed(profile, fact)
    match state, fact:
        case _, (EndpointUpdated() | EndpointSecretRotated() | EndpointSecretRead()):
            return replace(state, profile=profile)
        case Active(), EndpointRecovered():
            return Active(profile)
        case Inactive(), EndpointActivated():
            return Active(profile)
        case Active(), EndpointDeactivated():
            return Inactive(profile)
        case Active(), EndpointDisabled(why=why):
            return Inactive(profile, why)
        case _, EndpointDeleted():
            return Deleted(profile)
        case _:
            raise _misplaced(state, fact)


def _changed(profile: Profile, fact: EndpointFact) -> Profile:
    """Answer what an endpoint has after a fact, whatever state that leads to."""
    match fact:
        case EndpointUpdated(subscription=subscription, asymmetric_key=made):
            moved = subscription.url != profile.subscription.url
            keys = (*_asymmetric(made), *profile.keys)
            profile = replace(profile, subscription=subscription, keys=keys)
            return replace(profile, renewed=profile.version) if moved else profile
        case EndpointActivated():
            return replace(profile, renewed=profile.version)
        case EndpointRecovered(delivery_id=delivery_id):
            return replace(profile, recovered_by=delivery_id)
        case EndpointSecretRotated(kind=kind, key=key, until=until):
            return replace(profile, keys=rotated(profile.keys, SigningKey(key, kind), until))
        case _:
            return profile


def _asymmetric(key: str | None) -> Keys:
    return (SigningKey(key, "v1a"),) if key else ()


def _misplaced(state: Endpoint, fact: EndpointFact) -> BrokenLog:
    return BrokenLog(f"{fact.type} cannot follow on an endpoint that is {state.kind}")


def _born(fact: EndpointFact, stamp: Stamp) -> Endpoint:
    if not isinstance(fact, EndpointCreated):
        raise BrokenLog(f"{fact.type} cannot be the first fact of an endpoint")
    profile = Profile(
        org=stamp.org,
        id=stamp.id,
        version=1,
        platform=fact.platform,
        request_key=fact.request_key,
        keys=(SigningKey(fact.signing_key, "v1"), *_asymmetric(fact.asymmetric_key)),
        subscription=fact.subscription,
        created_at=stamp.at,
        updated_at=stamp.at,
    )
    return Active(profile) if fact.active else Inactive(profile)
