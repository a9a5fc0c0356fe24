"""Redeliveries, duplicate firings and crashes never fork a chain of retries, nor lose it."""

from typing import get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from telecine.delivery.decider import Discarded, Postponed
from telecine.delivery.schedule import SCHEDULES, Profile
from tests.delivery.chain import FINAL, Chain, Message
from tests.shared.videos import minute

sometimes = st.sampled_from([True, False, False, False])
ROUNDS = 2 * max(len(schedule) for schedule in SCHEDULES.values())
rarely = st.sampled_from([True, *[False] * 9])


class Deliveries(RuleBasedStateMachine):
    """One delivery, several workers, a clock; all of them stop when it is least convenient."""

    chain: Chain

    @initialize(profile=st.sampled_from(get_args(Profile)))
    def owe(self, profile: Profile) -> None:
        self.chain = Chain(profile, messages=[Message(1, minute(0))])

    @precondition(lambda self: self.chain.waiting)
    @rule(data=st.data(), forgetful=rarely)
    def deliver(self, data: st.DataObject, forgetful: bool) -> None:
        """Any message that is not acknowledged may come, to one more worker."""
        self.chain.deliver(data.draw(st.sampled_from(self.chain.waiting)), forgetful=forgetful)

    @precondition(lambda self: self.chain.works)
    @rule(data=st.data(), success=sometimes, discard=rarely, steps=st.integers(1, 3))
    def work(self, data: st.DataObject, success: bool, discard: bool, steps: int) -> None:
        work = data.draw(st.sampled_from(self.chain.works))
        for _ in range(steps):
            if work in self.chain.works:
                self.chain.go_on(work, success, discard)

    @precondition(lambda self: self.chain.works)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """A worker is gone; what it held comes again."""
        self.chain.works.remove(data.draw(st.sampled_from(self.chain.works)))

    @precondition(lambda self: self.chain.held)
    @rule(data=st.data(), again=sometimes)
    def fire(self, data: st.DataObject, again: bool) -> None:
        self.chain.fire(data.draw(st.sampled_from(sorted(self.chain.held))), again=again)

    @rule(rounds=st.integers(1, 4))
    def nothing_goes_wrong(self, rounds: int) -> None:
        """For a while; each round makes the attempt that is next, and it fails."""
        for _ in range(rounds):
            self.chain.run_quietly()

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """Whoever asked for an attempt asks once more, too late for the server to know it again."""
        earlier = data.draw(st.sampled_from(self.chain.messages))
        self.chain.messages.append(Message(earlier.number, earlier.due))

    @invariant()
    def chain_is_numbered_without_gap_and_fork(self) -> None:
        last = self.chain.record.next - 1
        replaced = 1 if isinstance(self.chain.record, Discarded) else 0
        assert self.chain.attempts == [*range(1, last - replaced + 1)]
        assert len(self.chain.attempts) <= len(SCHEDULES[self.chain.profile])

    @invariant()
    def timer_is_set_for_a_postponed_state_only_and_with_its_one_due_time(self) -> None:
        for number, dues in self.chain.ever_set.items():
            assert dues == {self.chain.postponed[number]}

    @invariant()
    def each_attempt_is_told_in_one_way(self) -> None:
        for number, news in self.chain.told.items():
            assert number in self.chain.attempts
            assert len(news) == 1

    @invariant()
    def postponed_delivery_is_never_left_without_what_moves_it_on(self) -> None:
        state = self.chain.record
        if isinstance(state, Postponed):
            coming = {message.number for message in self.chain.waiting}
            assert state.next in self.chain.held or coming & {state.next - 1, state.next}

    def teardown(self) -> None:
        """When nothing crashes any more, the delivery comes to its one end, and all is told."""
        if not hasattr(self, "chain"):
            return
        self.chain.works.clear()
        for _ in range(ROUNDS):
            self.chain.run_quietly()
        assert not self.chain.waiting
        assert not self.chain.held
        assert isinstance(self.chain.record, FINAL)
        assert sorted(self.chain.told) == self.chain.attempts
        assert self.chain.ever_set == {n: {due} for n, due in self.chain.postponed.items()}
        self.chain_is_numbered_without_gap_and_fork()


def test_chain_of_attempts_neither_forks_nor_ends_too_early_whatever_crashes() -> None:
    run_state_machine_as_test(
        Deliveries, settings=settings(deadline=None, max_examples=200, stateful_step_count=40)
    )
