"""Virtual time neither jumps nor runs back: not at a change of speed, not over a restart."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.clock.time_line import change, resume
from telecine.shared.events.clock import ClockFact, ClockSpeedChanged, ClockStarted
from telecine.shared.time.virtual_time import Anchor
from tests.shared.videos import minute

minutes = st.integers(-(10**6), 10**6)
speeds = st.sampled_from([0.0, 0.5, 1.0, 60.0, 3600.0])
moments = st.builds(minute, minutes)
facts: st.SearchStrategy[ClockFact] = st.one_of(
    st.builds(ClockStarted, now=moments, wall=moments, speed=speeds),
    st.builds(ClockSpeedChanged, now=moments, wall=moments, speed=speeds),
)


def anchored(fact: ClockFact) -> Anchor:
    return Anchor(fact.now, fact.wall, fact.speed)


def test_first_run_of_all_begins_at_wall_time() -> None:
    started = resume(None, [], minute(7), None)

    assert started == ClockStarted(now=minute(7), wall=minute(7), speed=1.0)


def test_night_switched_off_does_not_pass() -> None:
    evening = ClockStarted(now=minute(0), wall=minute(0), speed=1.0)

    started = resume(evening, [minute(30)], wall=minute(600), speed=None)

    assert started == ClockStarted(now=minute(30), wall=minute(600), speed=1.0)


def test_kill_does_not_turn_time_back_behind_what_was_seen() -> None:
    last = ClockStarted(now=minute(0), wall=minute(0), speed=60.0)

    started = resume(last, [minute(5), minute(90), minute(20)], wall=minute(2), speed=None)

    assert started.now == minute(90)


def test_time_that_was_set_forward_and_saw_nothing_yet_stays_forward() -> None:
    last = ClockSpeedChanged(now=minute(500), wall=minute(1), speed=0.0)

    assert resume(last, [minute(3)], minute(2), None).now == minute(500)


def test_events_without_any_fact_of_the_clock_still_hold_time() -> None:
    assert resume(None, [minute(9)], wall=minute(3), speed=None).now == minute(9)


def test_speed_stays_as_it_was_unless_it_is_wished_otherwise() -> None:
    frozen = ClockSpeedChanged(now=minute(1), wall=minute(1), speed=0.0)
    fast = ClockSpeedChanged(now=minute(1), wall=minute(1), speed=60.0)

    assert resume(frozen, [], minute(2), None).speed == 0.0
    assert resume(fast, [], minute(2), None).speed == 60.0
    assert resume(fast, [], minute(2), 0.0).speed == 0.0
    assert resume(None, [], minute(2), 5.0).speed == 5.0


@given(
    last=st.none() | facts,
    seen=st.lists(moments, max_size=4),
    wall=moments,
    speed=st.none() | speeds,
)
@settings(deadline=None)
def test_run_goes_on_exactly_where_the_latest_witness_was(
    last: ClockFact | None, seen: list[datetime], wall: datetime, speed: float | None
) -> None:
    started = resume(last, seen, wall, speed)

    witnesses = [*seen, *([last.now] if last else [])]
    assert all(started.now >= each for each in witnesses)
    assert started.now in (witnesses or [wall])
    assert started.wall == wall


@given(last=facts, wall=moments, speed=speeds)
@settings(deadline=None)
def test_change_of_speed_is_no_jump(last: ClockFact, wall: datetime, speed: float) -> None:
    before = anchored(last)

    after = change(before, wall, speed)

    assert anchored(after).at(wall) == before.at(wall)
    assert (after.wall, after.speed) == (wall, speed)


@given(
    last=facts, steps=st.lists(st.tuples(st.integers(0, 10_000), speeds), min_size=1, max_size=6)
)
@settings(deadline=None)
def test_time_never_runs_back_over_any_changes_of_speed(
    last: ClockFact, steps: list[tuple[int, float]]
) -> None:
    anchor, wall = anchored(last), last.wall
    reached = anchor.at(wall)

    for milliseconds, speed in steps:
        wall += timedelta(milliseconds=milliseconds)
        anchor = anchored(change(anchor, wall, speed))
        assert anchor.at(wall) >= reached
        reached = anchor.at(wall)


def test_change_while_the_wall_clock_was_put_back_keeps_virtual_time() -> None:
    anchor = Anchor(now=minute(50), wall=minute(10), speed=60.0)

    fact = change(anchor, minute(4), 1.0)

    assert fact == ClockSpeedChanged(now=minute(50), wall=minute(4), speed=1.0)
