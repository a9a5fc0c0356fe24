"""What an attempt's news says of its endpoint: whether it fails, since when, and what follows. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES
from telecine.shared.events.attempt import (
    AttemptExhausted,
    AttemptFailed,
    AttemptFailing,
    AttemptGone,
    AttemptResendFailed,
    Success,
)
from telecine.subscriptions.decider import Disable, Recover


@dataclass(frozen=True)
class Well:
    """Its last attempt succeeded, or there was none."""


@dataclass(frozen=True)
class Failing:
    """Nothing but failures since a virtual time, when the endpoint had this version.

    `told`: a delivery has failed so often that it is worth telling, and so will the recovery be.
    """

    since: datetime
    version: int
    told: bool = False


Health = Well | Failing
WELL = Well()
Failure = AttemptFailed | AttemptFailing | AttemptExhausted | AttemptGone | AttemptResendFailed


@dataclass(frozen=True)
class Diagnosis:
    """The endpoint's health after the news, and what the house wishes because of it."""

    health: Health
    wish: Disable | Recover | None = None


@dataclass(frozen=True)
class Endpoint:
    """What is known of an endpoint at the news: its version, and the one in which it was last renewed."""

    version: int
    renewed: int


def succeeded(health: Health, success: Success) -> Diagnosis:
    """Answer what a success makes of it: it is well, and if it was told of as failing, that is told.

    The house's own news prove nothing: a receiver may take these and fail at all that it is owed.
    """
    if success.event_type in OPERATIONAL_TYPES:
        return Diagnosis(health)
    told = isinstance(health, Failing) and health.told
    return Diagnosis(WELL, Recover(success.delivery_id) if told else None)


def failed(
    health: Health,
    failure: Failure,
    at: datetime,
    endpoint: Endpoint,
    disable_after: timedelta | None,
) -> Diagnosis:
    """Answer what a failure at a virtual time makes of it. `disable_after` None: never.

    What failed before the endpoint was renewed (switched on, or given another URL) is not held
    against it; nor is what becomes of the house's own news, else that would make more of it.
    """
    if isinstance(failure, AttemptGone):
        return Diagnosis(health)  # a failure that is told of beside it; who disables asks the log
    if failure.event_type in OPERATIONAL_TYPES:
        return Diagnosis(health)
    failing = _failing(health, at, endpoint)
    match failure:
        case AttemptFailed() | AttemptResendFailed():
            return Diagnosis(failing)
        case AttemptFailing():
            return Diagnosis(replace(failing, told=True))
        case AttemptExhausted():
            over = disable_after is not None and at - failing.since > disable_after
            wish = Disable("failing", seen=failing.version) if over else None
            return Diagnosis(replace(failing, told=True), wish)
        case _:
            assert_never(failure)


def _failing(health: Health, at: datetime, endpoint: Endpoint) -> Failing:
    if isinstance(health, Failing) and health.version >= endpoint.renewed:
        return health
    return Failing(at, endpoint.version)
