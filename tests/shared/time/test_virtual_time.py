"""Virtual now: an anchor and a speed, and the facts that they come from."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.shared.errors import BrokenMessage
from telecine.shared.time.virtual_time import Anchor, parse_clock_fact
from tests.shared.videos import minute

minutes = st.integers(-(10**5), 10**5)
speeds = st.floats(0.001, 10_000)
anchors = st.builds(Anchor, st.builds(minute, minutes), st.builds(minute, minutes), speeds)


@pytest.mark.parametrize(
    ("speed", "expected"),
    [(1.0, minute(102)), (60.0, minute(220)), (0.5, minute(101)), (0.0, minute(100))],
)
def test_now_is_the_anchor_and_what_has_passed_since_at_its_speed(
    speed: float, expected: object
) -> None:
    anchor = Anchor(now=minute(100), wall=minute(10), speed=speed)

    assert anchor.at(minute(12)) == expected


def test_now_stands_still_before_its_anchor() -> None:
    anchor = Anchor(now=minute(100), wall=minute(10), speed=60.0)

    assert anchor.at(minute(9)) == minute(100)


def test_frozen_time_never_reaches_a_later_moment_and_is_at_an_earlier_one() -> None:
    anchor = Anchor(now=minute(100), wall=minute(10), speed=0.0)

    assert anchor.wall_seconds_until(minute(101), minute(50)) is None
    assert anchor.wall_seconds_until(minute(100), minute(50)) == 0.0
    assert anchor.wall_seconds_until(minute(99), minute(50)) == 0.0


@given(anchor=anchors, due=minutes, wall=st.integers(0, 10**4))
@settings(deadline=None)
def test_waiting_as_long_as_it_says_is_neither_too_short_nor_too_long(
    anchor: Anchor, due: int, wall: int
) -> None:
    now = anchor.wall + timedelta(seconds=wall)

    wait = anchor.wall_seconds_until(minute(due), now)

    assert wait is not None
    if wait == 0:
        assert anchor.at(now) >= minute(due)
        return
    reached = anchor.at(now + timedelta(seconds=wait))
    assert abs(reached - minute(due)) <= timedelta(milliseconds=20)


@pytest.mark.parametrize(
    ("event_type", "body"),
    [
        ("clock.stopped", {"now": "2026-03-01T12:00:00Z", "wall": "2026-03-01T12:00:00Z"}),
        ("clock.started", {"now": "2026-03-01T12:00:00Z", "wall": "2026-03-01T12:00:00Z"}),
        ("clock.started", {"now": "noon", "wall": "2026-03-01T12:00:00Z", "speed": 1}),
        ("clock.started", []),
    ],
)
def test_what_is_no_fact_of_the_clock_is_broken(event_type: str, body: object) -> None:
    with pytest.raises(BrokenMessage, match=event_type):
        parse_clock_fact(event_type, json.dumps(body).encode())
