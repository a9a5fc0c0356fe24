"""Deadlines: never early, hardly late, one timer for all of them."""

import asyncio
from collections.abc import Callable
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.delivery.wheel import TICK, Slots, Wheel
from tests.waiting import until


class Item:
    """Notes when it expired."""

    def __init__(self) -> None:
        self.slot = 0
        self.expired: float | None = None

    def expire(self) -> None:
        assert self.expired is None
        self.expired = perf_counter()


moments = st.floats(0, 10_000, allow_nan=False)


@given(st.lists(moments, max_size=20), moments)
def test_whatever_the_deadlines_none_is_early_and_none_a_tick_late(
    deadlines: list[float], now: float
) -> None:
    slots = Slots()
    items = {Item(): deadline for deadline in deadlines}
    for item, deadline in items.items():
        slots.add(item, deadline)

    passed = {item for item in slots.passed(now) if isinstance(item, Item)}

    assert all(items[item] <= now for item in passed)
    late = {item for item, deadline in items.items() if deadline <= now - TICK - 1e-6}
    assert late <= passed
    assert passed.isdisjoint(slots.passed(now)), "none is taken out twice"


def test_what_was_discarded_does_not_pass() -> None:
    slots, stays, goes = Slots(), Item(), Item()
    slots.add(stays, 1.0)
    slots.add(goes, 1.0)
    slots.discard(goes)
    slots.discard(goes)

    assert list(slots.passed(2.0)) == [stays]


def test_nearest_is_told_when_it_is_new() -> None:
    told: list[float | None] = []
    slots = Slots(lambda: told.append(slots.nearest()))

    assert slots.nearest() is None
    for moment in (5.0, 5.0, 9.0, 1.0):
        slots.add(Item(), moment)

    assert told == pytest.approx([5.0 + TICK, 1.0 + TICK])
    assert slots.nearest() == pytest.approx(1.0 + TICK)


async def test_hundred_thousand_deadlines_cost_one_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, delays = asyncio.get_running_loop(), list[float]()
    call_later = loop.call_later

    def counting(delay: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        delays.append(delay)
        return call_later(delay, callback)

    monkeypatch.setattr(loop, "call_later", counting)
    wheel, deadline = Wheel(loop), perf_counter() + 60
    for _ in range(100_000):
        wheel.add(Item(), deadline)
    wheel.stop()

    assert len(delays) == 1


async def test_each_expires_at_its_deadline_whichever_was_added_first() -> None:
    wheel, now = Wheel(asyncio.get_running_loop()), perf_counter()
    items = {Item(): now + after for after in (0.2, 0.05, 0.1, 0.0)}
    for item, deadline in items.items():
        wheel.add(item, deadline)

    await until(lambda: all(item.expired for item in items))

    assert all(item.expired and item.expired >= deadline for item, deadline in items.items())
