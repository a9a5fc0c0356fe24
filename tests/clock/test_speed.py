"""Changing the speed: who sleeps wakes, and frozen means that nothing falls due any more."""

from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.time.timers import set_timer
from telecine.shared.wire.bus import Bus
from tests.clock.timing import (
    FROZEN,
    after,
    fired,
    fired_ids,
    held,
    is_done,
    set_all,
    set_speed,
    tell,
    timer,
)
from tests.waiting import until

DAY = 24 * 3600


async def test_faster_time_wakes_a_timer_that_sleeps(bus: Bus, started: ClockAnswer) -> None:
    await set_speed(bus, 1)
    await set_timer(bus, timer("k", after(started.now, DAY)))

    await set_speed(bus, 1_000_000)

    await until(lambda: is_done(bus, 1))


async def test_nearer_timer_wakes_the_clock_before_a_farther_one(
    bus: Bus, started: ClockAnswer
) -> None:
    await set_speed(bus, 1)
    await set_timer(bus, timer("far", after(started.now, DAY)))
    await set_timer(bus, timer("near", after(started.now, -1)))

    await until(lambda: _fired_are(bus, ["test.near.1"]))


async def test_frozen_time_fires_nothing_but_what_is_due_now(
    bus: Bus, started: ClockAnswer
) -> None:
    await set_timer(bus, timer("later", after(started.now, 0.001)))
    await set_timer(bus, timer("now", started.now))
    await until(lambda: fired_ids(bus))
    await set_timer(bus, timer("still-now", started.now))
    await until(lambda: _fired_are(bus, ["test.now.1", "test.still-now.1"]))

    await until(lambda: _holds(bus, 1))
    assert (await tell(bus)).now == started.now


async def test_nothing_falls_due_behind_the_moment_of_freezing(
    bus: Bus, started: ClockAnswer
) -> None:
    """The moment is the one that the answer tells; no timer was fired by a faster clock since."""
    timers = [timer(f"k{n:04}", after(started.now, n)) for n in range(3000)]
    await set_all(bus, timers)
    await set_speed(bus, 2000)
    await until(lambda: fired(bus))

    frozen = await set_speed(bus, FROZEN)
    await set_timer(bus, timer("last", frozen.now))
    await until(lambda: _was_fired(bus, "test.last.1"))

    due = [each.id for each in timers if each.due <= frozen.now]
    assert 0 < len(due) < 3000
    assert sorted(await fired_ids(bus)) == [*due, "test.last.1"]


async def test_change_of_speed_neither_jumps_nor_runs_back(bus: Bus, started: ClockAnswer) -> None:
    told = [started]
    for speed in (1000.0, 1.0, 50.0, FROZEN, 0.5):
        told.append(await set_speed(bus, speed))
        told.append(await tell(bus))

    assert [each.now for each in told] == sorted(each.now for each in told)
    assert [each.speed for each in told[1::2]] == [1000, 1, 50, FROZEN, 0.5]
    assert [each.sequence for each in told] == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


async def _fired_are(bus: Bus, ids: list[str]) -> bool:
    return await fired_ids(bus) == ids


async def _holds(bus: Bus, messages: int) -> bool:
    return await held(bus) == messages


async def _was_fired(bus: Bus, timer_id: str) -> bool:
    return timer_id in await fired_ids(bus)
