"""A timer that has fired is deleted, and nothing else: not what its handler has set meanwhile."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from telecine.clock import time_line
from telecine.shared.events.clock import ClockStarted
from telecine.shared.time.timers import Timer, set_timer
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.answers import Stored
from telecine.shared.wire.bus import Bus
from tests.clock.timing import fenced_firing, fired_ids
from tests.waiting import until

STEP = Timer("test", "key", 1, wall_now(), "lane", {})
NEXT = replace(STEP, generation=2, due=STEP.due + timedelta(days=1))


@pytest.fixture
async def clock(bus: Bus) -> AsyncIterator[VirtualClock]:
    """Virtual time, as fast as the wall's."""
    now, clock = wall_now(), VirtualClock(bus)
    await time_line.append(bus, ClockStarted(now=now, wall=now, speed=1), 0)
    async with clock.following():
        yield clock


async def held(bus: Bus) -> list[str]:
    state = (await bus.js.stream_info("TIMERS", subjects_filter=">")).state
    return sorted(state.subjects or {})


async def test_a_due_timer_is_fired_once_and_deleted(bus: Bus, clock: VirtualClock) -> None:
    await set_timer(bus, STEP)

    firing = await fenced_firing(bus, clock)
    async with firing.running():
        await until(lambda: all_deleted(bus))

    assert await fired_ids(bus) == ["test.key.1"]


async def all_deleted(bus: Bus) -> bool:
    return not await held(bus)


async def test_deleting_a_fired_timer_leaves_the_next_generation_alone(
    bus: Bus, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = bus.publish

    async def handled_at_once(subject: str, *args: Any, **fields: Any) -> Stored:
        stored = await publish(subject, *args, **fields)
        if subject == "due.test.key":  # its handler is done before the clock goes on
            await set_timer(bus, NEXT)
        return stored

    monkeypatch.setattr(bus, "publish", handled_at_once)
    await set_timer(bus, STEP)

    firing = await fenced_firing(bus, clock)
    async with firing.running():
        await until(lambda: first_deleted(bus))

    assert await held(bus) == ["timer.test.key.2"]


async def first_deleted(bus: Bus) -> bool:
    return "timer.test.key.1" not in await held(bus)
