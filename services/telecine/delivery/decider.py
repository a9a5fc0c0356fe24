"""The delivery: its states, what to do with a message about it, and what an attempt makes of it.

Pure. The guard keeps a crash from forking a chain of retries: a message that may have been worked
on before is held against the record first.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from telecine.delivery.schedule import Profile, delay_before

# -- state: `next` is the number of the attempt that would come next ---------------------------


@dataclass(frozen=True)
class Owed:
    """Nothing has been recorded yet."""

    next: int = 1
    kind: Literal["owed"] = "owed"


@dataclass(frozen=True)
class Postponed:
    """Attempt `next` is due at a virtual time; a timer holds it.

    `resent` attempts before it were resends, which the schedule does not count.
    """

    next: int
    due: datetime
    resent: int = 0
    reason: Literal["schedule"] = "schedule"
    kind: Literal["postponed"] = "postponed"


@dataclass(frozen=True)
class Succeeded:
    next: int
    kind: Literal["succeeded"] = "succeeded"


@dataclass(frozen=True)
class Exhausted:
    """The last attempt of the schedule has failed."""

    next: int
    kind: Literal["exhausted"] = "exhausted"


@dataclass(frozen=True)
class Discarded:
    """Given up without an attempt, and why; it used up the number of the attempt it replaced."""

    next: int
    why: str
    kind: Literal["discarded"] = "discarded"


State = Owed | Postponed | Succeeded | Exhausted | Discarded

INITIAL = Owed()

# -- what to do with a message -----------------------------------------------------------------


@dataclass(frozen=True)
class Arrived:
    """A message asks for attempt `number`; `redelivered`: somebody may have begun with it."""

    number: int
    redelivered: bool


class Advice:
    """What the guard answers: make the attempt, repeat what follows from the record, or nothing."""

    TRY: Literal["try"] = "try"
    REPUBLISH: Literal["republish"] = "republish"
    DROP: Literal["drop"] = "drop"


def needs_record(message: Arrived) -> bool:
    """Whether the record must be read first: a fresh first attempt has none."""
    return message.redelivered or message.number > 1


def guard(state: State, message: Arrived) -> Literal["try", "republish", "drop"]:
    """Answer what to do with a message, given what is on record.

    The attempt is on record already: its outcome is published again, under the same ids, if a crash
    may have kept it from being published. A plain duplicate changes nothing.
    """
    match state:
        case Owed() | Postponed() if message.number == state.next:
            return Advice.TRY
        case Discarded():
            return Advice.DROP
        case _:
            on_record = message.number == state.next - 1
            return Advice.REPUBLISH if on_record and message.redelivered else Advice.DROP


# -- what becomes of it --------------------------------------------------------------------------


@dataclass(frozen=True)
class Attempted:
    """Attempt `number` ended at a virtual time, well or not."""

    number: int
    success: bool
    ended_at: datetime


@dataclass(frozen=True)
class Resent:
    """Attempt `number` was made by hand, well or not."""

    number: int
    success: bool


@dataclass(frozen=True)
class Discard:
    """It must not be sent at all, and why."""

    why: str


Command = Attempted | Resent | Discard


def evolve(state: State, command: Command, profile: Profile) -> State:
    """Answer the state after an attempt or a discard.

    What does not fit the state (a lost race, an ended delivery) changes nothing.
    """
    if isinstance(command, Resent):
        return _resent(state, command)
    if not isinstance(state, Owed | Postponed):
        return state
    match command:
        case Discard(why):
            return Discarded(state.next + 1, why)
        case Attempted(number) if number != state.next:
            return state
        case Attempted(number, True):
            return Succeeded(number + 1)
        case Attempted(number, _, ended_at):
            resent = state.resent if isinstance(state, Postponed) else 0
            delay = delay_before(profile, number + 1 - resent)
            if delay is None:
                return Exhausted(number + 1)
            return Postponed(number + 1, ended_at + delay, resent)
        case _:
            assert_never(command)


def _resent(state: State, command: Resent) -> State:
    """A resend uses up a number and nothing else: who waits still waits, as long as before.

    If it succeeds, the receiver has what it was owed, whatever came before.
    """
    if isinstance(state, Owed) or command.number != state.next:
        return state
    if command.success:
        return Succeeded(state.next + 1)
    if isinstance(state, Postponed):
        return replace(state, next=state.next + 1, resent=state.resent + 1)
    return replace(state, next=state.next + 1)
