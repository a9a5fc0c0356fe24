"""Which fact follows from which wish about an endpoint. Pure."""

from dataclasses import dataclass
from typing import assert_never

from telecine.shared.endpoint import Absent, Active, Deleted, Endpoint, Inactive
from telecine.shared.events.endpoint import (
    EndpointActivated,
    EndpointCreated,
    EndpointDeactivated,
    EndpointDeleted,
    EndpointFact,
    EndpointUpdated,
    Subscription,
)
from telecine.shared.verdicts import Refused, Unchanged


@dataclass(frozen=True)
class Create:
    platform: str
    request_key: str
    signing_key: str
    subscription: Subscription


@dataclass(frozen=True)
class Update:
    """Replace what the owner may change."""

    platform: str
    subscription: Subscription


@dataclass(frozen=True)
class SetActive:
    platform: str
    active: bool


@dataclass(frozen=True)
class Delete:
    platform: str


Command = Create | Update | SetActive | Delete
Decision = EndpointFact | Refused | Unchanged

NO_SUCH = Refused("not_found", "no such endpoint")


def decide(state: Endpoint, command: Command) -> Decision:
    """Answer the one fact that follows, or why none does. Another platform's endpoint is unknown."""
    if isinstance(command, Create):
        return _create(state, command)
    match state:
        case Absent() | Deleted():
            return NO_SUCH
        case Active(profile) | Inactive(profile) if profile.platform != command.platform:
            return NO_SUCH
        case Active() | Inactive():
            return _change(state, command)
        case _:
            assert_never(state)


def _create(state: Endpoint, command: Create) -> Decision:
    if isinstance(state, Absent):
        return EndpointCreated(
            platform=command.platform,
            request_key=command.request_key,
            signing_key=command.signing_key,
            subscription=command.subscription,
        )
    if isinstance(state, Deleted):
        return Refused("conflict", "this request made an endpoint that has been deleted since")
    if state.profile.request_key == command.request_key:
        return Unchanged()
    return Refused("conflict", "an endpoint with this id exists already")


def _change(state: Active | Inactive, command: Update | SetActive | Delete) -> Decision:
    match command:
        case Update(subscription=subscription) if state.profile.subscription == subscription:
            return Unchanged()
        case Update(subscription=subscription):
            return EndpointUpdated(subscription=subscription)
        case SetActive(active=active) if active == isinstance(state, Active):
            return Unchanged()
        case SetActive(active=active):
            return EndpointActivated() if active else EndpointDeactivated()
        case Delete():
            return EndpointDeleted()
        case _:
            assert_never(command)
