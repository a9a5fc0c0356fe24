"""The delivery: its states, what to do with a message about it, and what an attempt makes of it.

Pure. The guard keeps a crash from forking a chain of retries: a message that may have been worked
on before is held against the record first.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal, NamedTuple, assert_never

from telecine.delivery.schedule import Retries, delay_before

#: Why a delivery has a due time: the schedule's, or the receiver's own wish.
Postponing = Literal["schedule", "retry_after"]
#: Why it waits without one, and so for somebody to fetch it.
Parking = Literal["breaker", "disabled", "ordering", "rate_limit", "in_flight", "replay"]

# -- state: `next` is the number of the attempt that would come next ---------------------------


@dataclass(frozen=True)
class Owed:
    """Nothing has been recorded yet."""

    next: int = 1
    kind: ClassVar[Literal["owed"]] = "owed"


@dataclass(frozen=True)
class Postponed:
    """Attempt `next` is due at a virtual time; a timer holds it.

    `resent` attempts before it were resends, which the schedule does not count.
    """

    next: int
    due: datetime
    resent: int = 0
    reason: Postponing = "schedule"
    kind: ClassVar[Literal["postponed"]] = "postponed"


@dataclass(frozen=True)
class Parked:
    """Attempt `next` waits until its endpoint can take it, or until its predecessor has ended."""

    next: int
    reason: Parking
    resent: int = 0
    kind: ClassVar[Literal["parked"]] = "parked"


@dataclass(frozen=True)
class Succeeded:
    next: int
    kind: ClassVar[Literal["succeeded"]] = "succeeded"


@dataclass(frozen=True)
class Exhausted:
    """The last attempt of the schedule has failed."""

    next: int
    kind: ClassVar[Literal["exhausted"]] = "exhausted"


@dataclass(frozen=True)
class Discarded:
    """Given up without an attempt, and why; it used up the number of the attempt it replaced."""

    next: int
    why: str
    kind: ClassVar[Literal["discarded"]] = "discarded"


Waiting = Postponed | Parked
Final = Succeeded | Exhausted | Discarded
State = Owed | Waiting | Final

INITIAL = Owed()
_ENDS = (Succeeded, Exhausted, Discarded)

# -- what to do with a message -----------------------------------------------------------------


class Arrived(NamedTuple):
    """A message asks for attempt `number`; `redelivered`: somebody may have begun with it."""

    number: int
    redelivered: bool


class Advice:
    """What the guard answers: make the attempt, repeat what follows from the record, see that what
    is parked will be fetched, or nothing."""

    TRY: Literal["try"] = "try"
    REPUBLISH: Literal["republish"] = "republish"
    FETCH: Literal["fetch"] = "fetch"
    DROP: Literal["drop"] = "drop"


def needs_record(message: Arrived) -> bool:
    """Whether the record must be read first: a fresh first attempt has none."""
    return message.redelivered or message.number > 1


def guard(state: State, message: Arrived) -> Literal["try", "republish", "fetch", "drop"]:
    """Answer what to do with a message, given what is on record.

    What is on record already (an attempt, a parking): what follows from it is published again, under
    the same ids, if a crash may have kept it from being published. A plain duplicate changes nothing.
    """
    match state:
        case Owed() | Postponed() if message.number == state.next:
            return Advice.TRY
        case Parked() if message.number == state.next:
            return Advice.FETCH if message.redelivered else Advice.DROP
        case Discarded():
            return Advice.DROP
        case _:
            on_record = message.number == state.next - 1
            return Advice.REPUBLISH if on_record and message.redelivered else Advice.DROP


# -- what becomes of it --------------------------------------------------------------------------


class Attempted(NamedTuple):  # which is made in a third of the time: one for every webhook
    """Attempt `number` ended at a virtual time, well or not.

    `retry_after` is what the receiver asked for, `stretch` the schedule's factor (its jitter), `gone`:
    the receiver wants nothing any more.
    """

    number: int
    success: bool
    ended_at: datetime
    retry_after: timedelta | None = None
    stretch: float = 1.0
    gone: bool = False


@dataclass(frozen=True)
class Resent:
    """Attempt `number` was made by hand, well or not."""

    number: int
    success: bool


@dataclass(frozen=True)
class Park:
    """It cannot be attempted now, and nobody knows when it can."""

    reason: Parking


@dataclass(frozen=True)
class Discard:
    """It must not be sent at all, and why."""

    why: str


Command = Attempted | Resent | Park | Discard


def evolve(state: State, command: Command, retries: Retries) -> State:
    """Answer the state after an attempt, a parking or a discard.

    What does not fit the state (a lost race, an ended delivery) changes nothing.
    """
    if isinstance(command, Resent):
        return _resent(state, command)
    if isinstance(state, _ENDS):
        return state
    if isinstance(command, Attempted):
        return _attempted(state, command, retries)
    match command:
        case Park(reason):
            return Parked(state.next, reason, resent_of(state))
        case Discard(why):
            return Discarded(state.next + 1, why)
        case _:
            assert_never(command)


def _attempted(state: Owed | Waiting, attempt: Attempted, retries: Retries) -> State:
    if attempt.number != state.next:
        return state
    if attempt.success:
        return Succeeded(state.next + 1)
    return _failed(attempt, resent_of(state), retries)


def resent_of(state: State) -> int:
    """Answer how many of the attempts so far the schedule does not count."""
    return state.resent if isinstance(state, Postponed | Parked) else 0


def _failed(attempt: Attempted, resent: int, retries: Retries) -> State:
    following = attempt.number + 1
    delay = delay_before(retries, following - resent)
    if delay is None:
        return Exhausted(following)
    if attempt.gone:
        return Parked(following, "disabled", resent)
    delay *= attempt.stretch
    if attempt.retry_after is not None and attempt.retry_after > delay:
        return Postponed(following, attempt.ended_at + attempt.retry_after, resent, "retry_after")
    return Postponed(following, attempt.ended_at + delay, resent)


def _resent(state: State, command: Resent) -> State:
    """A resend uses up a number and nothing else: who waits still waits, as long as before.

    If it succeeds, the receiver has what it was owed, whatever came before.
    """
    if isinstance(state, Owed) or command.number != state.next:
        return state
    if command.success:
        return Succeeded(state.next + 1)
    if isinstance(state, Postponed | Parked):
        return replace(state, next=state.next + 1, resent=state.resent + 1)
    return replace(state, next=state.next + 1)
