"""Which fact follows from which wish about an endpoint. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from telecine.shared.aggregates.endpoint import (
    Absent,
    Active,
    Deleted,
    Endpoint,
    Inactive,
    Profile,
)
from telecine.shared.aggregates.endpoint_rules import MAX_HEADERS
from telecine.shared.aggregates.verdicts import Refused, Unchanged
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
from telecine.subscriptions.changes import Changes


@dataclass(frozen=True)
class Create:
    """`asymmetric_key` names the v1a key that is kept for it, should it ask for one."""

    platform: str
    request_key: str
    signing_key: str
    subscription: Subscription
    asymmetric_key: str
    active: bool = True


@dataclass(frozen=True)
class Update:
    """Change what the owner may change. `platform` here and below: None is whichever it has."""

    platform: str | None
    changes: Changes
    asymmetric_key: str


@dataclass(frozen=True)
class SetActive:
    platform: str | None
    active: bool


@dataclass(frozen=True)
class RotateSecret:
    """Let a new key sign; those before it sign along for a while (virtual)."""

    platform: str | None
    kind: SignatureKind
    key: str
    overlap: timedelta


@dataclass(frozen=True)
class NoteSecretRead:
    """Put on record that secrets are about to be shown."""

    platform: str | None
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Delete:
    platform: str | None


@dataclass(frozen=True)
class Disable:
    """The house's own wish. `seen` is the endpoint's version at the attempt that asks for it."""

    why: HouseReason
    seen: int


@dataclass(frozen=True)
class Recover:
    """The house's own wish: this delivery succeeded after others had failed for a while."""

    delivery_id: str


Change = Update | SetActive | RotateSecret | NoteSecretRead | Delete
HouseWish = Disable | Recover
Command = Create | Change | HouseWish
Decision = EndpointFact | Refused | Unchanged

NO_SUCH = Refused("not_found", "no such endpoint")
NO_KEY = Refused(
    "conflict",
    "the endpoint has no v1a key; add v1a to its signatures, which makes one",
    "kind",
)


def decide(state: Endpoint, command: Command, at: datetime) -> Decision:
    """Answer the one fact that follows at a virtual moment, or why none does.

    Another platform's endpoint is unknown.
    """
    match command:
        case Create():
            return _create(state, command)
        case Disable() | Recover():
            return _by_the_house(state, command)
        case _ if isinstance(state, Absent | Deleted):
            return NO_SUCH
        case _ if command.platform not in {None, state.profile.platform}:
            return NO_SUCH
        case _:
            return _change(state, command, at)


def _create(state: Endpoint, command: Create) -> Decision:
    if isinstance(state, Absent):
        wants = "v1a" in command.subscription.settings.signatures
        return EndpointCreated(
            platform=command.platform,
            request_key=command.request_key,
            signing_key=command.signing_key,
            subscription=command.subscription,
            active=command.active,
            asymmetric_key=command.asymmetric_key if wants else None,
        )
    if isinstance(state, Deleted):
        return Refused("conflict", "this request made an endpoint that has been deleted since")
    if state.profile.request_key == command.request_key:
        return Unchanged()
    return Refused("conflict", "an endpoint with this id exists already")


def _change(state: Active | Inactive, command: Change, at: datetime) -> Decision:
    match command:
        case Update():
            return _update(state.profile, command)
        case SetActive(active=active) if active == isinstance(state, Active):
            return Unchanged()
        case SetActive(active=active):
            return EndpointActivated() if active else EndpointDeactivated()
        case RotateSecret():
            return _rotate(state.profile, command, at)
        case NoteSecretRead(keys=keys):
            return EndpointSecretRead(keys=keys)
        case Delete():
            return EndpointDeleted()
        case _:
            assert_never(command)


def _update(profile: Profile, command: Update) -> Decision:
    after = command.changes.applied(profile.subscription)
    if profile.subscription == after:
        return Unchanged()
    if len(after.settings.headers) > MAX_HEADERS:
        message = f"there would be more than {MAX_HEADERS} headers; take some away with null"
        return Refused("invalid", message, "settings.headers")
    wants = "v1a" in after.settings.signatures
    makes = wants and profile.current("v1a") is None
    return EndpointUpdated(
        subscription=after, asymmetric_key=command.asymmetric_key if makes else None
    )


def _rotate(profile: Profile, command: RotateSecret, at: datetime) -> Decision:
    if any(key.id == command.key for key in profile.keys):
        return Unchanged()  # the same wish once more, however many came after it
    if profile.current(command.kind) is None:
        return NO_KEY
    return EndpointSecretRotated(kind=command.kind, key=command.key, until=at + command.overlap)


def _by_the_house(state: Endpoint, command: HouseWish) -> Decision:
    """Only an active endpoint can be disabled or recover, and each of both once for its cause."""
    if not isinstance(state, Active):
        return Unchanged()
    match command:
        case Disable(why=why, seen=seen) if seen >= state.profile.renewed:
            return EndpointDisabled(why=why)
        case Recover(delivery_id=delivery_id) if delivery_id != state.profile.recovered_by:
            return EndpointRecovered(delivery_id=delivery_id)
        case _:
            return Unchanged()
