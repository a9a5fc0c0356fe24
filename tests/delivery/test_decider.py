"""Every message and every outcome in every state of a delivery: whole tables, stated as data."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from telecine.delivery.decider import (
    INITIAL,
    Arrived,
    Attempted,
    Command,
    Discard,
    Discarded,
    Exhausted,
    Owed,
    Park,
    Parked,
    Postponed,
    Resent,
    State,
    Succeeded,
    evolve,
    guard,
    needs_record,
)
from telecine.delivery.schedule import SCHEDULES, Profile, delay_before
from tests import grid

END = datetime(2026, 3, 1, 12, tzinfo=UTC)

STATES: dict[str, State] = {
    "owed": Owed(),
    "postponed": Postponed(3, END - timedelta(hours=1)),
    "resent": Postponed(4, END - timedelta(hours=1), resent=1),
    "parked": Parked(3, "breaker"),
    "succeeded": Succeeded(3),
    "exhausted": Exhausted(3),
    "discarded": Discarded(3, "endpoint_deleted"),
}

ARRIVALS = {
    f"{number}{'r' if redelivered else ''}": Arrived(number, redelivered)
    for number in (1, 2, 3, 4)
    for redelivered in (False, True)
}
#: By attempt number, "r" if redelivered. All but `owed` have the attempts 1 and 2 on record, and
#: `resent` a resend as number 3.
GUARD = """
#         1     1r    2     2r         3     3r    4     4r
owed      try   try   drop  drop       drop  drop  drop  drop
postponed drop  drop  drop  republish  try   try   drop  drop
resent    drop  drop  drop  drop       drop  republish try try
parked    drop  drop  drop  republish  drop  fetch drop  drop
succeeded drop  drop  drop  republish  drop  drop  drop  drop
exhausted drop  drop  drop  republish  drop  drop  drop  drop
discarded drop  drop  drop  drop       drop  drop  drop  drop
"""
GUARDED = grid.parsed("\n".join(GUARD.strip().splitlines()[1:]), tuple(ARRIVALS))

COMMANDS: dict[str, Command] = {
    "good_1": Attempted(1, True, END),
    "bad_1": Attempted(1, False, END),
    "good_3": Attempted(3, True, END),
    "bad_3": Attempted(3, False, END),
    "good_4": Attempted(4, True, END),
    "bad_4": Attempted(4, False, END),
    "gone_1": Attempted(1, False, END, gone=True),
    "asked_3": Attempted(3, False, END, retry_after=timedelta(hours=1)),
    "less_3": Attempted(3, False, END, retry_after=timedelta(minutes=1)),
    "longer_3": Attempted(3, False, END, stretch=1.5),
    "park": Park("disabled"),
    "discard": Discard("endpoint_inactive"),
    "resent_ok": Resent(3, True),
    "resent_3": Resent(3, False),
}
#: "." the state stays. Attempt 1 fits `owed` and attempt 3 fits `postponed`, no other fits.
#: A resend as number 3 fits whatever has the attempts 1 and 2.
ATTEMPTED = """
#         good_1 bad_1    good_3 bad_3     good_4 bad_4
owed      done_2 after_5s .      .         .      .
postponed .      .        done_4 after_30m .      .
resent    .      .        .      .         done_5 after_30m_5
parked    .      .        done_4 after_30m .      .
succeeded .      .        .      .         .      .
exhausted .      .        .      .         .      .
discarded .      .        .      .         .      .
"""
ASKED = """
#         gone_1 asked_3  less_3    longer_3  park     discard resent_ok resent_3
owed      held_2 .        .         .         held_1   gone_2  .         .
postponed .      after_1h after_30m after_45m held_3   gone_4  done_4    resent
resent    .      .        .         .         held_4_1 gone_5  .         .
parked    .      after_1h after_30m after_45m held_3   gone_4  done_4    parked_4
succeeded .      .        .         .         .        .       done_4    done_4
exhausted .      .        .         .         .        .       done_4    failed_4
discarded .      .        .         .         .        .       done_4    dead_4
"""
NAMES = tuple(COMMANDS)
EVOLVED = grid.parsed("\n".join(ATTEMPTED.strip().splitlines()[1:]), NAMES[:6])
EVOLVED |= grid.parsed("\n".join(ASKED.strip().splitlines()[1:]), NAMES[6:])
AFTER: dict[str, State] = {
    "done_2": Succeeded(2),
    "done_4": Succeeded(4),
    "after_5s": Postponed(2, END + timedelta(seconds=5)),
    "after_30m": Postponed(4, END + timedelta(minutes=30)),
    "done_5": Succeeded(5),
    "after_45m": Postponed(4, END + timedelta(minutes=45)),
    "after_1h": Postponed(4, END + timedelta(hours=1), reason="retry_after"),
    "held_1": Parked(1, "disabled"),
    "held_2": Parked(2, "disabled"),
    "held_3": Parked(3, "disabled"),
    "held_4_1": Parked(4, "disabled", resent=1),
    "parked_4": Parked(4, "breaker", resent=1),
    "after_30m_5": Postponed(5, END + timedelta(minutes=30), resent=1),
    "resent": Postponed(4, END - timedelta(hours=1), resent=1),
    "failed_4": Exhausted(4),
    "dead_4": Discarded(4, "endpoint_deleted"),
    "gone_2": Discarded(2, "endpoint_inactive"),
    "gone_5": Discarded(5, "endpoint_inactive"),
    "gone_4": Discarded(4, "endpoint_inactive"),
}


@pytest.mark.parametrize(("row", "column"), GUARDED)
def test_every_message_in_every_state_has_its_one_advice(row: str, column: str) -> None:
    advice = guard(STATES[row], ARRIVALS[column])

    assert advice == GUARDED[row, column]


@pytest.mark.parametrize(("row", "column"), EVOLVED)
def test_every_outcome_in_every_state_has_its_one_effect(row: str, column: str) -> None:
    after = evolve(STATES[row], COMMANDS[column], "standard")

    sign = EVOLVED[row, column]
    assert after == (STATES[row] if sign == "." else AFTER[sign])


def test_tables_have_every_state_and_every_command() -> None:
    assert {row for row, _ in GUARDED} == {row for row, _ in EVOLVED} == set(STATES)
    kinds = {kind for part in get_args(State) for kind in get_args(part) or (part,)}
    assert {type(each) for each in STATES.values()} == kinds
    assert {type(command) for command in COMMANDS.values()} == set(get_args(Command))
    assert len(GUARDED) == len(STATES) * len(ARRIVALS)
    assert len(EVOLVED) == len(STATES) * len(COMMANDS)


def test_only_a_fresh_first_message_needs_no_record() -> None:
    fresh = [name for name, arrived in ARRIVALS.items() if not needs_record(arrived)]

    assert fresh == ["1"]


@pytest.mark.parametrize("profile", get_args(Profile))
def test_failing_for_ever_uses_up_the_schedule_and_then_is_exhausted(profile: Profile) -> None:
    state: State = INITIAL
    now, waited = END, []

    for number in range(1, len(SCHEDULES[profile]) + 1):
        assert isinstance(state, Owed | Postponed)
        assert guard(state, Arrived(number, redelivered=False)) == "try"
        ended = now + timedelta(seconds=2)
        state = evolve(state, Attempted(number, False, ended), profile)
        if isinstance(state, Postponed):
            waited.append(state.due - ended)
            now = state.due

    assert state == Exhausted(len(SCHEDULES[profile]) + 1)
    assert waited == [delay_before(profile, n + 2) for n in range(len(SCHEDULES[profile]) - 1)]
