"""Random, repeated and stale commands over several videos never leave a log that is unsound."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.aggregates.video import (
    Absent,
    Command,
    Completed,
    Create,
    Created,
    Delete,
    Failed,
    InProgress,
    Move,
    Queue,
    Queued,
    RevertDeletion,
    SetPrivacy,
    Step,
    Succeeded,
    Uploaded,
    UploadFile,
    UploadLink,
    Video,
    Watchable,
    awaited,
    decide,
)
from telecine.shared.events.video import (
    Failure,
    Media,
    Opening,
    Plan,
    Source,
    VideoCompletedProcessing,
    VideoDeleted,
    VideoDeletionReverted,
    VideoInProgress,
    VideoProcessFailed,
    VideoProcessSucceeded,
    VideoReadyForProcessing,
)
from telecine.shared.log.kinds import VIDEO
from tests.shared.journal import Journal
from tests.shared.videos import OPENING, minute

IDS = ("v1", "v2", "v3")
TERMINAL = (Watchable, Failed)
ENDS = (VideoProcessSucceeded, VideoProcessFailed)
#: The facts that set a timer.
Sets = VideoReadyForProcessing | VideoInProgress | VideoCompletedProcessing | VideoProcessSucceeded

ids = st.sampled_from(IDS)
keys = st.sampled_from(["a", "b"])
words = st.text(max_size=20)
whole = st.integers(0, 10**12)
seconds = st.floats(0, 10**6, allow_nan=False)
moments = st.integers(-60, 6000)  # seconds around the first minute, in any order

failures = st.builds(Failure, code=words, reason=words)
media = st.builds(Media, width=whole, height=whole, duration=seconds, size=whole, entity_tag=words)
openings = st.builds(
    Opening,
    title=words,
    platform=words,
    request_key=keys,
    collection=st.none() | words,
    wishes=st.dictionaries(words, words | whole | st.none() | st.lists(words, max_size=2)),
)
sources = st.builds(
    Source,
    kind=st.sampled_from(["file", "link"]),
    url=st.none() | words,
    filename=st.none() | words,
)
waits = st.tuples(seconds, seconds, seconds, seconds)
plans = st.builds(Plan, waits=waits, media=media) | st.builds(Plan, waits=waits, failure=failures)
uploads = st.builds(
    UploadFile, key=keys, source=sources, media=st.none() | media, defect=st.none() | failures
)
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Create, opening=openings),
    st.builds(UploadLink, opening=openings, source=sources),
    uploads,
    st.builds(Queue, plan=plans),
    st.builds(Step, generation=st.integers(-1, 9)),
    st.builds(Delete, refusal=st.none() | words.filter(bool)),
    st.builds(RevertDeletion),
    st.builds(SetPrivacy, privacy=st.sampled_from(["private", "public"])),
    st.builds(Move, folder=st.none() | words),
)
MARKS = Delete | RevertDeletion | SetPrivacy | Move


class Videos(RuleBasedStateMachine):
    """Three videos side by side, each with a log of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.journals = {name: Journal(VIDEO, "demo", name) for name in IDS}
        self.issued: list[tuple[str, Command]] = []

    def state(self, name: str) -> Video:
        return self.journals[name].load().state

    def issue(self, name: str, command: Command, now: int) -> None:
        """Give a command; what it may not change, it does not."""
        before = {each: journal.read() for each, journal in self.journals.items()}
        was_over = isinstance(self.state(name), TERMINAL)
        at = minute(0) + timedelta(seconds=now)

        decision = self.journals[name].obey(lambda state, when: decide(state, command, when), at)

        self.issued.append((name, command))
        added = 0 if isinstance(decision, Refused | Unchanged) else 1
        machine = not isinstance(command, MARKS)
        assert not (was_over and added and machine), "an ended video went on"
        for each, journal in self.journals.items():
            history = journal.read()
            assert history[: len(before[each])] == before[each]
            assert len(history) == len(before[each]) + (added if each == name else 0)

    @rule(name=ids, command=commands, now=moments)
    def command(self, name: str, command: Command, now: int) -> None:
        """Anything is wished for, at any time at all."""
        self.issue(name, command, now)

    @rule(name=ids, upload=uploads, plan=plans, now=moments, steps=st.integers(1, 7))
    def go_on(self, name: str, upload: UploadFile, plan: Plan, now: int, steps: int) -> None:
        """What comes next in a video's life comes, a few steps of it."""
        for _ in range(steps):
            match self.state(name):
                case Absent():
                    self.issue(name, Create(OPENING), now)
                case Created():
                    self.issue(name, upload, now)
                case Uploaded():
                    self.issue(name, Queue(plan), now)
                case Queued() | InProgress() | Completed() | Succeeded() as waiting:
                    self.issue(name, Step(waiting.awaited.generation), now)

    @rule(data=st.data(), now=moments)
    def repeat(self, data: st.DataObject, now: int) -> None:
        """A message comes again, however old it is, and perhaps to another video."""
        if self.issued:
            name, command = data.draw(st.sampled_from(self.issued))
            self.issue(data.draw(st.sampled_from([name, name, *IDS])), command, now)

    @rule(name=ids)
    def repeated_create_is_unchanged(self, name: str) -> None:
        state = self.state(name)
        if not isinstance(state, Absent):
            card = state.card
            opening = Opening(title="x", platform="x", request_key=card.request_key)
            assert decide(state, Create(opening), minute(9)) == Unchanged()

    @invariant()
    def carried_state_is_the_fold_of_the_facts(self) -> None:
        for journal in self.journals.values():
            assert journal.load().state == journal.fold()

    @invariant()
    def carried_state_survives_json(self) -> None:
        for name in IDS:
            state = self.state(name)
            assert VIDEO.state.validate_json(VIDEO.state.dump_json(state)) == state

    @invariant()
    def version_counts_the_facts(self) -> None:
        for name, journal in self.journals.items():
            history, state = journal.read(), self.state(name)
            assert [each.version for each in history] == [*range(1, len(history) + 1)]
            assert (0 if isinstance(state, Absent) else state.card.version) == len(history)

    @invariant()
    def time_never_runs_back(self) -> None:
        for journal in self.journals.values():
            times = [each.stamp.at for each in journal.read()]
            assert times == sorted(times)

    @invariant()
    def video_ends_at_most_once(self) -> None:
        for journal in self.journals.values():
            ends = [each for each in journal.read() if isinstance(each.fact, ENDS)]
            assert len(ends) <= 1

    @invariant()
    def deletion_and_its_revert_take_turns(self) -> None:
        for name, journal in self.journals.items():
            turns = [
                isinstance(each.fact, VideoDeleted)
                for each in journal.read()
                if isinstance(each.fact, VideoDeleted | VideoDeletionReverted)
            ]
            assert turns == [number % 2 == 0 for number in range(len(turns))]
            state = self.state(name)
            deleted = not isinstance(state, Absent) and state.card.deleted_at is not None
            assert deleted == bool(turns and turns[-1])

    @invariant()
    def awaited_timer_is_of_the_last_fact_that_set_one(self) -> None:
        for name, journal in self.journals.items():
            state, expected = self.state(name), None
            for each in journal.read():
                if isinstance(each.fact, Sets):
                    expected = Awaited(each.version, each.fact.next_at)
                    assert expected.due >= each.stamp.at
            assert awaited(state) == (None if isinstance(state, TERMINAL) else expected)


def test_log_of_a_video_stays_sound_whatever_is_commanded() -> None:
    run_state_machine_as_test(
        Videos, settings=settings(deadline=None, max_examples=60, stateful_step_count=40)
    )
