"""Random, repeated and stale commands over a live stream and a job never leave an unsound log."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from telecine.shared.aggregates import job, live
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.events.live import Drop, LivePlan, Trim
from telecine.shared.log.kinds import JOB, LIVE
from tests.shared import jobs, lives
from tests.shared.journal import Journal
from tests.shared.videos import minute

seconds = st.floats(0, 10**5, allow_nan=False)
moments = st.integers(-60, 600_000)  # seconds around the first minute, in any order
folders = st.none() | st.sampled_from(["f-1", "f-2"])
numbers = st.integers(0, 10**6) | st.integers(1_700_000_000, 1_900_000_000)
trims = st.none() | st.builds(Trim, start=numbers, end=numbers).filter(lambda t: t.start < t.end)


@st.composite
def plans(draw: st.DrawFn) -> LivePlan:
    drops = draw(st.lists(st.builds(Drop, after=seconds, back=seconds), max_size=2))
    waits = {name: draw(seconds) for name in ("server", "publish", "record", "transcode")}
    plan = draw(st.sampled_from([lives.PLAN, lives.PLAN, lives.DOOMED]))
    return plan.model_copy(update={"drops": tuple(drops), **waits})


live_commands: st.SearchStrategy[live.Command] = st.one_of(
    st.sampled_from([live.Create(lives.OPENING), live.Create(lives.LATER), live.Start()]),
    st.builds(live.Serve, plan=plans()),
    st.builds(live.Step, generation=st.integers(-1, 12)),
    st.builds(live.Stop, trim=trims),
    st.builds(live.Move, folder=folders),
    st.just(live.Delete()),
)
job_commands: st.SearchStrategy[job.Command] = st.one_of(
    st.just(job.Create(jobs.OPENING)),
    st.builds(job.Queue, plan=st.sampled_from([jobs.PLAN, jobs.DOOMED])),
    st.builds(job.Step, generation=st.integers(-1, 6)),
    st.just(job.Cancel()),
)
OVER = (live.Deleted, job.Completed, job.Failed, job.Cancelled)


class LivesAndJobs(RuleBasedStateMachine):
    """One of each, with a log of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.live = Journal(LIVE, "demo", "l-1")
        self.job = Journal(JOB, "demo", "j-1")
        self.both: list[tuple[Journal[Any, Any], Any]] = [(self.live, live), (self.job, job)]

    def issue(self, journal: Journal[Any, Any], module: Any, command: Any, now: int) -> None:
        before, was = journal.read(), journal.load().state

        at = minute(0) + timedelta(seconds=now)
        decision = journal.obey(lambda state, when: module.decide(state, command, when), at)

        added = 0 if isinstance(decision, Refused | Unchanged) else 1
        assert not (isinstance(was, OVER) and added), "what is over went on"
        assert journal.read()[: len(before)] == before
        assert len(journal.read()) == len(before) + added

    @rule(command=live_commands, now=moments)
    def command_the_live_stream(self, command: live.Command, now: int) -> None:
        self.issue(self.live, live, command, now)

    @rule(command=job_commands, now=moments)
    def command_the_job(self, command: job.Command, now: int) -> None:
        self.issue(self.job, job, command, now)

    @rule(plan=plans(), now=moments, steps=st.integers(1, 6))
    def go_on(self, plan: LivePlan, now: int, steps: int) -> None:
        """What comes next in their lives comes, a few steps of it."""
        for _ in range(steps):
            self.issue(self.live, live, live.Start(), now)
            self.issue(self.live, live, live.Serve(plan), now)
            for journal, module in self.both:
                expected = module.awaited(journal.load().state)
                if expected:
                    self.issue(journal, module, module.Step(expected.generation), now)

    @invariant()
    def logs_are_sound(self) -> None:
        for journal, _ in self.both:
            history, state = journal.read(), journal.load().state
            assert state == journal.fold()
            assert [each.version for each in history] == [*range(1, len(history) + 1)]
            times = [each.stamp.at for each in history]
            assert times == sorted(times)

    @invariant()
    def awaited_timer_is_of_a_fact_that_set_one_and_never_before_it(self) -> None:
        for journal, module in self.both:
            expected = module.awaited(journal.load().state)
            if expected:
                setter = journal.read()[expected.generation - 1]
                assert setter.version == expected.generation
                assert getattr(setter.fact, "next_at", None) == expected.due >= setter.stamp.at

    @invariant()
    def recording_is_never_longer_than_what_was_on_air(self) -> None:
        state = self.live.load().state
        if isinstance(state, live.Completed) and state.recording:
            history = self.live.read()
            first = next(e for e in history if e.fact.type == "live.publish_started").stamp.at
            last = next(e for e in history if e.fact.type == "live.stopped").stamp.at
            assert state.recording.duration <= (last - first).total_seconds() + 1


def test_logs_of_live_streams_and_jobs_stay_sound_whatever_is_commanded() -> None:
    run_state_machine_as_test(
        LivesAndJobs, settings=settings(deadline=None, max_examples=40, stateful_step_count=30)
    )
