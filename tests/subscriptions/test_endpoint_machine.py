"""Random and repeated wishes about several endpoints never leave a log that is unsound."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from telecine.shared.aggregates.endpoint import Absent, Deleted, Endpoint
from telecine.shared.aggregates.signing_keys import MOST_OLD
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.events.endpoint import (
    EndpointActivated,
    EndpointCreated,
    EndpointDeactivated,
    EndpointDisabled,
    EndpointSettings,
    EndpointUpdated,
    Subscription,
)
from telecine.shared.log.kinds import ENDPOINT
from telecine.subscriptions.changes import Changes
from telecine.subscriptions.decider import (
    Command,
    Create,
    Delete,
    Disable,
    NoteSecretRead,
    Recover,
    RotateSecret,
    SetActive,
    Update,
    decide,
)
from tests.shared.journal import Journal
from tests.shared.videos import minute

IDS = ("e1", "e2")

ids = st.sampled_from(IDS)
keys = st.sampled_from(["a", "b"])
platforms = st.sampled_from(["omega", "omega", "tpstreams"])
askers = st.sampled_from(["omega", "omega", "tpstreams", None])
key_ids = st.integers(0, 99).map(lambda number: f"key-{number}")
words = st.text(max_size=20)
moments = st.integers(-60, 6000)  # seconds around the first minute, in any order
subscriptions = st.builds(
    Subscription,
    url=words,
    description=st.none() | words,
    types=st.lists(words, max_size=3).map(tuple),
    token_key=st.none() | words,
    settings=st.builds(
        EndpointSettings, signatures=st.sampled_from([("v1",), ("v1a",), ("v1", "v1a")])
    ),
)


def to(subscription: Subscription) -> Changes:
    """Answer what makes any subscription into this one; no headers are ever given."""
    fields = {name: value for name, value in subscription if name != "settings"}
    return Changes(fields, dict(subscription.settings))


creations = st.builds(
    Create,
    platform=platforms,
    request_key=keys,
    signing_key=key_ids,
    subscription=subscriptions,
    asymmetric_key=st.just("asymmetric"),
)
rotations = st.builds(
    RotateSecret,
    platform=askers,
    kind=st.sampled_from(["v1", "v1a"]),
    key=key_ids,
    overlap=st.integers(0, 7200).map(lambda seconds: timedelta(seconds=seconds)),
)
commands: st.SearchStrategy[Command] = st.one_of(
    creations,
    st.builds(
        Update,
        platform=askers,
        changes=subscriptions.map(to),
        asymmetric_key=st.just("asymmetric"),
    ),
    st.builds(SetActive, platform=askers, active=st.booleans()),
    st.builds(SetActive, platform=askers, active=st.booleans()),
    rotations,
    rotations,
    st.builds(Disable, why=st.sampled_from(["gone", "failing"]), seen=st.integers(1, 30)),
    st.builds(Recover, delivery_id=keys),
    st.builds(Delete, platform=askers),
)
readings = st.builds(NoteSecretRead, platform=askers, keys=st.lists(words, max_size=2).map(tuple))


class Endpoints(RuleBasedStateMachine):
    """Two endpoints side by side, each with a log of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.journals = {name: Journal(ENDPOINT, "demo", name) for name in IDS}
        self.issued: list[Command] = []

    def state(self, name: str) -> Endpoint:
        return self.journals[name].load().state

    def issue(self, name: str, command: Command, now: int) -> None:
        before = self.state(name)
        count = len(self.journals[name].read())
        at = minute(0) + timedelta(seconds=now)

        decision = self.journals[name].obey(lambda state, time: decide(state, command, time), at)

        self.issued.append(command)
        after, changed = self.state(name), not isinstance(decision, Refused | Unchanged)
        assert len(self.journals[name].read()) == count + changed
        assert (after != before) == changed
        if isinstance(before, Absent):
            return
        assert not (isinstance(before, Deleted) and changed), "a deleted endpoint came back"
        asker = getattr(command, "platform", None)
        assert not (changed and asker not in {None, before.profile.platform})

    @rule(name=ids, creation=creations, now=moments)
    def create(self, name: str, creation: Create, now: int) -> None:
        self.issue(name, creation, now)

    @rule(name=ids, command=commands, now=moments)
    def command(self, name: str, command: Command, now: int) -> None:
        self.issue(name, command, now)

    @rule(name=ids, reading=readings, now=moments)
    def read(self, name: str, reading: NoteSecretRead, now: int) -> None:
        """Each reading is on record, however often the same is read; it changes nothing."""
        before = self.state(name)
        self.issue(name, reading, now)
        after = self.state(name)
        if not isinstance(before, Absent) and not isinstance(after, Absent):
            version, updated_at = before.profile.version, before.profile.updated_at
            assert replace(after.profile, version=version) == before.profile
            assert after.profile.updated_at == updated_at

    @rule(name=ids, data=st.data(), now=moments)
    def repeat(self, name: str, data: st.DataObject, now: int) -> None:
        """A wish comes again, however old it is, and perhaps about the other endpoint."""
        if self.issued:
            self.issue(name, data.draw(st.sampled_from(self.issued)), now)

    @rule(name=ids, data=st.data(), now=moments)
    def said_twice_at_once(self, name: str, data: st.DataObject, now: int) -> None:
        """Repeated at once, no wish has a second effect."""
        command = data.draw(commands)
        self.issue(name, command, now)
        state = self.state(name)
        self.issue(name, command, now)
        assert self.state(name) == state

    @invariant()
    def carried_state_is_the_fold_of_the_facts(self) -> None:
        for journal in self.journals.values():
            state = journal.load().state
            assert state == journal.fold()
            assert ENDPOINT.state.validate_json(ENDPOINT.state.dump_json(state)) == state

    @invariant()
    def version_counts_the_facts_and_time_never_runs_back(self) -> None:
        for name, journal in self.journals.items():
            history, state = journal.read(), self.state(name)
            times = [each.stamp.at for each in history]
            assert times == sorted(times)
            assert [each.version for each in history] == [*range(1, len(history) + 1)]
            version = 0 if isinstance(state, Absent) else state.profile.version
            assert version == len(history)

    @invariant()
    def switching_alternates_and_begins_with_off(self) -> None:
        for journal in self.journals.values():
            switched = [
                isinstance(each.fact, EndpointActivated)
                for each in journal.read()
                if isinstance(
                    each.fact, EndpointActivated | EndpointDeactivated | EndpointDisabled
                )
            ]
            assert switched == [index % 2 == 1 for index in range(len(switched))]

    @invariant()
    def subscription_is_the_last_one_that_was_given(self) -> None:
        for name, journal in self.journals.items():
            state = self.state(name)
            given = [
                each.fact.subscription
                for each in journal.read()
                if isinstance(each.fact, EndpointCreated | EndpointUpdated)
            ]
            if not isinstance(state, Absent):
                assert state.profile.subscription == given[-1]

    @invariant()
    def keys_are_few_and_one_of_each_kind_is_current(self) -> None:
        for name in IDS:
            state = self.state(name)
            if isinstance(state, Absent):
                continue
            for kind in ("v1", "v1a"):
                found = [key for key in state.profile.keys if key.kind == kind]
                assert [key.until for key in found].count(None) == bool(found)
                assert found == [] or found[0].until is None
                assert len(found) <= 1 + MOST_OLD
            assert state.profile.signing_key
            wanted = state.profile.subscription.settings.signatures
            at_once = {key.kind for key in state.profile.keys_at(minute(999))}
            assert at_once == set(wanted), "each kind that is wanted has a key that signs"


def test_log_of_an_endpoint_stays_sound_whatever_is_wished() -> None:
    run_state_machine_as_test(
        Endpoints, settings=settings(deadline=None, max_examples=60, stateful_step_count=40)
    )
