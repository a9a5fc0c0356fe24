"""The transcoding job: its states, and which fact follows from which command in which state.

Pure, as `video` is; ingest and the transcoder both write jobs.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.errors import BrokenLog
from telecine.shared.events import Stamp
from telecine.shared.events.job import (
    JobCancelled,
    JobCompleted,
    JobCreated,
    JobFact,
    JobFailed,
    JobOpening,
    JobPlan,
    JobQueued,
    JobStarted,
)
from telecine.shared.events.video import Failure, Media

# -- state -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """What every job has. `version` counts its facts; `started_at`: when the encoder began."""

    org: str
    id: str
    version: int
    opening: JobOpening
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None


@dataclass(frozen=True)
class Absent:
    """No fact yet."""

    kind: Literal["absent"] = "absent"


@dataclass(frozen=True)
class Created:
    """The encoder has not seen it yet."""

    card: Card
    kind: Literal["created"] = "created"


@dataclass(frozen=True)
class Queued:
    card: Card
    plan: JobPlan
    awaited: Awaited
    kind: Literal["queued"] = "queued"


@dataclass(frozen=True)
class Started:
    card: Card
    plan: JobPlan
    awaited: Awaited
    kind: Literal["started"] = "started"


@dataclass(frozen=True)
class Completed:
    card: Card
    media: Media
    kind: Literal["completed"] = "completed"


@dataclass(frozen=True)
class Failed:
    card: Card
    failure: Failure
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True)
class Cancelled:
    card: Card
    kind: Literal["cancelled"] = "cancelled"


Known = Created | Queued | Started | Completed | Failed | Cancelled
Waiting = Queued | Started
Job = Absent | Known

INITIAL = Absent()
STATE_VERSION = 1


def awaited(state: Job) -> Awaited | None:
    """Answer the timer that the state waits for, if it waits."""
    return state.awaited if isinstance(state, Waiting) else None


# -- commands ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Create:
    opening: JobOpening


@dataclass(frozen=True)
class Queue:
    """Take a job into the encoder, with its plan."""

    plan: JobPlan


@dataclass(frozen=True)
class Step:
    """The timer of this generation has fired: go one state on."""

    generation: int


@dataclass(frozen=True)
class Cancel:
    """Leave it; what has ended stays as it ended."""


Command = Create | Queue | Step | Cancel
Decision = JobFact | Refused | Unchanged

# -- decide ------------------------------------------------------------------------------------


def decide(state: Job, command: Command, now: datetime) -> Decision:
    """Answer the one fact that follows, or why none does. `now` is the fact's virtual time."""
    match command:
        case Create(opening):
            return _create(state, opening)
        case Queue(plan):
            return _queue(state, plan, now)
        case Step(generation):
            return _step(state, generation, now)
        case Cancel():
            return _cancel(state)
        case _:
            assert_never(command)


def _create(state: Job, opening: JobOpening) -> Decision:
    if isinstance(state, Absent):
        return JobCreated(opening=opening)
    if state.card.opening.request_key == opening.request_key:
        return Unchanged()
    return Refused("conflict", "a job with this id exists already")


def _queue(state: Job, plan: JobPlan, now: datetime) -> Decision:
    match state:
        case Absent():
            return Refused("not_found", "no such job")
        case Created():
            return JobQueued(plan=plan, next_at=now + timedelta(seconds=plan.waits[0]))
        case _:
            return Unchanged()


def _step(state: Job, generation: int, now: datetime) -> Decision:
    expected = awaited(state)
    if expected is None or expected.generation != generation:
        return Unchanged()
    match state:
        case Queued(plan=plan):
            return JobStarted(next_at=now + timedelta(seconds=plan.waits[1]))
        case Started(plan=JobPlan(failure=Failure() as failure)):
            return JobFailed(failure=failure)
        case Started(plan=JobPlan(media=Media() as media)):
            return JobCompleted(media=media)
        case _:
            raise BrokenLog(f"a plan without media and without failure: {state}")


def _cancel(state: Job) -> Decision:
    match state:
        case Absent():
            return Refused("not_found", "no such job")
        case Created() | Queued() | Started():
            return JobCancelled()
        case Completed() | Failed() | Cancelled():
            return Unchanged()
        case _:
            assert_never(state)


# -- evolve ------------------------------------------------------------------------------------


def evolve(state: Job, fact: JobFact, stamp: Stamp) -> Job:
    """Answer the state after a fact; the stamp says whose it is and when it happened."""
    if isinstance(state, Absent):
        return _born(fact, stamp)
    card = replace(state.card, version=state.card.version + 1, updated_at=stamp.at)
    match state, fact:
        case Created(), JobQueued(plan=plan, next_at=due):
            return Queued(card, plan, Awaited(card.version, due))
        case Queued(plan=plan), JobStarted(next_at=due):
            begun = replace(card, started_at=stamp.at)
            return Started(begun, plan, Awaited(card.version, due))
        case Started(), JobCompleted(media=media):
            return Completed(card, media)
        case Started(), JobFailed(failure=failure):
            return Failed(card, failure)
        case ((Created() | Queued() | Started()), JobCancelled()):
            return Cancelled(card)
        case _:
            raise BrokenLog(f"{fact.type} cannot follow on a job that is {state.kind}")


def _born(fact: JobFact, stamp: Stamp) -> Job:
    if not isinstance(fact, JobCreated):
        raise BrokenLog(f"{fact.type} cannot be the first fact of a job")
    return Created(Card(stamp.org, stamp.id, 1, fact.opening, stamp.at, stamp.at))
