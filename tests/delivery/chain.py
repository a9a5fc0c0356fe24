"""One delivery's chain of attempts in memory: its record, its messages, its timers, its workers.

A worker reads, attempts, records, tells, sets the next timer, acknowledges. It may stop between any
two of these, and several may hold the same message. Who loses the race for the record asks the guard
again, so that it does not acknowledge what the winner has not published yet.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from telecine.delivery.decider import (
    INITIAL,
    Arrived,
    Attempted,
    Command,
    Discard,
    Discarded,
    Exhausted,
    Owed,
    Postponed,
    State,
    Succeeded,
    evolve,
    guard,
    needs_record,
)
from telecine.delivery.schedule import Profile

FINAL = (Succeeded, Exhausted, Discarded)
Step = Literal["attempt", "tell", "set_timer", "acknowledge"]
STEP_BY_ADVICE: dict[str, Step] = {"try": "attempt", "republish": "tell", "drop": "acknowledge"}


@dataclass(eq=False)
class Message:
    """Asks for attempt `number` at `due`, until it is acknowledged."""

    number: int
    due: datetime
    deliveries: int = 0
    acknowledged: bool = False


@dataclass(eq=False)
class Work:
    """A worker with a message: the state as it knows it, and what it does next."""

    message: Message
    state: State
    step: Step


@dataclass
class Chain:
    """`attempts` are those that moved the delivery on, `repeats` the others; `told` is the news."""

    profile: Profile
    record: State = INITIAL
    attempts: list[int] = field(default_factory=list)
    repeats: list[int] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    held: dict[int, datetime] = field(default_factory=dict)
    ever_set: dict[int, set[datetime]] = field(default_factory=dict)
    postponed: dict[int, datetime] = field(default_factory=dict)
    told: dict[int, set[str]] = field(default_factory=dict)

    @property
    def waiting(self) -> list[Message]:
        return [each for each in self.messages if not each.acknowledged]

    def deliver(self, message: Message, *, forgetful: bool = False) -> Work:
        """Hand a message to a worker. After a server's crash any one counts as redelivered."""
        message.deliveries += 1
        arrived = Arrived(message.number, message.deliveries > 1 or forgetful)
        state = self.record if needs_record(arrived) else INITIAL
        work = Work(message, state, STEP_BY_ADVICE[guard(state, arrived)])
        self.works.append(work)
        return work

    def go_on(self, work: Work, success: bool, discard: bool) -> None:
        """Let a worker make its next step; `success` and `discard` are the attempt's fate."""
        match work.step:
            case "attempt":
                self._attempt(work, success, discard)
            case "tell":
                self._tell(work.state)
                work.step = "set_timer"
            case "set_timer":
                self._set_timer(work.state)
                work.step = "acknowledge"
            case "acknowledge":
                work.message.acknowledged = True
                self.works.remove(work)

    def fire(self, number: int, *, again: bool) -> None:
        """A timer is due; `again`: the clock stops before it forgets the timer."""
        self.messages.append(Message(number, self.held[number]))
        if not again:
            del self.held[number]

    def run_quietly(self) -> None:
        """Fire every timer and handle every message once, to its end; every attempt fails."""
        for number in sorted(self.held):
            self.fire(number, again=False)
        for message in self.waiting:
            work = self.deliver(message)
            while work in self.works:
                self.go_on(work, success=False, discard=False)

    def _attempt(self, work: Work, success: bool, discard: bool) -> None:
        number = work.message.number
        ended_at = work.message.due + timedelta(seconds=len(self.attempts + self.repeats))
        command: Command = Attempted(number, success, ended_at)
        if discard:
            command = Discard("endpoint_deleted")
        after = evolve(work.state, command, self.profile)
        if self._write(after, None if discard else number):
            work.state, work.step = after, "tell"
        else:
            on_record = guard(self.record, Arrived(number, redelivered=True)) == "republish"
            work.state, work.step = self.record, "tell" if on_record else "acknowledge"

    def _write(self, after: State, number: int | None) -> bool:
        """As the records do: the first row, or a move from N to N + 1, or a repeat."""
        won = isinstance(self.record, Owed) or self.record.next == after.next - 1
        if won:
            assert not isinstance(self.record, FINAL), "an ended delivery went on"
            self.record = after
            if isinstance(after, Postponed):
                self.postponed[after.next] = after.due
        if number is not None:
            (self.attempts if won else self.repeats).append(number)
        return won

    def _tell(self, state: State) -> None:
        """Publish the news of the attempt that led to a state; a discard has none."""
        if not isinstance(state, Discarded):
            self.told.setdefault(state.next - 1, set()).add(repr(state))

    def _set_timer(self, state: State) -> None:
        """Hold the next attempt's due time; a generation that is held already is not replaced."""
        if isinstance(state, Postponed):
            self.held.setdefault(state.next, state.due)
            self.ever_set.setdefault(state.next, set()).add(state.due)
