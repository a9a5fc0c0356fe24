"""The heap against a naive model: a list of messages that is searched from end to end each time."""

from dataclasses import dataclass, field
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from telecine.clock.heap import TimerHeap
from telecine.shared.time.timers import Timer
from tests.shared.videos import minute

KEYS = [(service, key) for service in ("delivery", "ingest") for key in ("a", "b")]
keys = st.sampled_from(KEYS)
generations = st.integers(1, 12)
minutes = st.integers(0, 9)


@dataclass(frozen=True)
class Stored:
    """A message in the stream: a timer, or a cancellation, which is due at no time."""

    sequence: int
    key: tuple[str, str]
    generation: int
    due: datetime | None

    @property
    def order(self) -> tuple[datetime | None, str]:
        return self.due, f"timer.{'.'.join(self.key)}.{self.generation}"


@dataclass
class Naive:
    """Remembers everything. Of the messages of one key the highest generation counts, and of
    equal ones the last."""

    seen: list[Stored] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)  # deleted, or fired

    def hear(self, message: Stored) -> list[int]:
        """Answer what is to be deleted after a message: all of its key but the one that counts."""
        self.seen.append(message)
        counts = self._counting(message.key)
        obsolete = [
            each.sequence
            for each in self.seen
            if each.key == message.key
            and each.sequence not in self.gone
            and (each is not counts or each.due is None)
        ]
        self.gone.update(obsolete)
        return obsolete

    def waiting(self) -> list[Stored]:
        found = [self._counting(key) for key in KEYS]
        return [each for each in found if each and each.due and each.sequence not in self.gone]

    def fire(self, now: datetime, most: int) -> list[Stored]:
        due = [each for each in self.waiting() if each.due and each.due <= now]
        due.sort(key=lambda each: (each.due, each.order[1]))
        self.gone.update(each.sequence for each in due[:most])
        return due[:most]

    def _counting(self, key: tuple[str, str]) -> Stored | None:
        mine = [each for each in self.seen if each.key == key]
        return max(mine, key=lambda each: (each.generation, each.sequence), default=None)


class Heaps(RuleBasedStateMachine):
    """Timers are set, cancelled and fired in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.heap, self.model = TimerHeap(), Naive()
        self.sequence = 0

    @rule(key=keys, generation=generations, due=minutes)
    def set(self, key: tuple[str, str], generation: int, due: int) -> None:
        self.sequence += 1
        timer = Timer(*key, generation, minute(due), lane="x", payload={})

        obsolete = self.heap.set(self.sequence, timer)

        assert obsolete == self.model.hear(Stored(self.sequence, key, generation, timer.due))

    @rule(key=keys, generation=generations)
    def cancel(self, key: tuple[str, str], generation: int) -> None:
        self.sequence += 1

        obsolete = self.heap.cancel(self.sequence, *key, generation)

        assert obsolete == self.model.hear(Stored(self.sequence, key, generation, None))

    @rule(now=minutes, most=st.integers(1, 3))
    def pop_due(self, now: int, most: int) -> None:
        held = self.heap.pop_due(minute(now), most)

        expected = self.model.fire(minute(now), most)
        assert [each.sequence for each in held] == [each.sequence for each in expected]
        assert [f"timer.{each.timer.id}" for each in held] == [each.order[1] for each in expected]

    @invariant()
    def same_timers_wait(self) -> None:
        waiting = self.model.waiting()
        assert len(self.heap) == len(waiting)
        assert self.heap.next_due() == min((e.due for e in waiting if e.due), default=None)


def test_heap_does_what_a_naive_search_does() -> None:
    run_state_machine_as_test(
        Heaps, settings=settings(deadline=None, max_examples=150, stateful_step_count=40)
    )


@given(
    heard=st.lists(st.tuples(keys, generations, st.none() | minutes), max_size=30),
    most=st.integers(1, 3),
)
@settings(deadline=None)
def test_every_message_is_deleted_or_fired_exactly_once(
    heard: list[tuple[tuple[str, str], int, int | None]], most: int
) -> None:
    heap, done = TimerHeap(), list[int]()

    for sequence, (key, generation, due) in enumerate(heard, start=1):
        if due is None:
            done += heap.cancel(sequence, *key, generation)
        else:
            done += heap.set(sequence, Timer(*key, generation, minute(due), "x", {}))
    while fired := heap.pop_due(minute(99), most):
        done += [each.sequence for each in fired]
        for each in fired:
            heap.forget(each.timer)

    assert sorted(done) == [*range(1, len(heard) + 1)]
    assert len(heap) == 0
