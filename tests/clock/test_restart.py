"""Stopping and starting the clock: what is held fires, and time goes on from where it was seen."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from telecine.clock import service
from telecine.shared.settings import Settings
from telecine.shared.time import virtual_time
from telecine.shared.time.timers import cancel_timer, set_timer
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.clock.timing import (
    FROZEN,
    after,
    fired,
    fired_ids,
    held,
    is_done,
    set_all,
    set_speed,
    settings_for,
    tell,
    timer,
)
from tests.shared.logged import append as append_fact
from tests.shared.logged import video_log
from tests.shared.videos import FACTS, ID, ORG, minute
from tests.waiting import until

NIGHT = timedelta(hours=12)


@pytest.fixture
def goes_to_sleep(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets a night pass on the wall."""

    def sleep() -> None:
        wall_now = virtual_time.wall_now
        for module in (
            "shared.time.virtual_time",
            "clock.handlers",
            "clock.reign",
            "clock.firing",
        ):
            monkeypatch.setattr(f"telecine.{module}.wall_now", lambda: wall_now() + NIGHT)

    return sleep


async def test_timers_held_over_a_restart_fire_with_their_own_due_time(
    bus: Bus, frozen: Settings
) -> None:
    async with service.running(frozen):
        now = (await tell(bus)).now
        await set_timer(bus, timer("k", after(now, 60)))
        await until(lambda: _holds(bus, 1))

    async with service.running(frozen):
        await set_speed(bus, 100_000)
        await until(lambda: is_done(bus, 1))

    assert [(each.timer, each.due) for each in await fired(bus)] == [("test.k.1", after(now, 60))]


async def test_timers_set_while_there_is_no_clock_fire_when_there_is_one(
    bus: Bus, frozen: Settings
) -> None:
    async with service.running(frozen):
        now = (await tell(bus)).now
    await set_all(bus, [timer("b", now), timer("a", now), timer("c", after(now, -1))])
    await set_timer(bus, timer("gone", now))
    await cancel_timer(bus, "test", "gone", 2)

    async with service.running(frozen):
        await until(lambda: is_done(bus, 3))

    assert await fired_ids(bus) == ["test.c.1", "test.a.1", "test.b.1"]


async def test_stops_in_the_midst_of_firing_lose_nothing(
    bus: Bus, server: EmbeddedNats, tmp_path: Path
) -> None:
    running = settings_for(server, tmp_path, speed=2000.0)
    async with service.running(running):
        now = (await tell(bus)).now
        timers = [timer(f"k{n}", after(now, 3 * n)) for n in range(600)]
        await set_all(bus, timers)
    for part in (100, 250, 400):
        async with service.running(running):
            await until(partial(_at_least, bus, part))
    async with service.running(running):
        await until(lambda: is_done(bus, 600))

    assert set(await fired_ids(bus)) == {each.id for each in timers}


async def test_night_switched_off_does_not_pass(
    bus: Bus, frozen: Settings, goes_to_sleep: Callable[[], None]
) -> None:
    async with service.running(frozen):
        evening = await set_speed(bus, 1)
        await set_timer(bus, timer("tomorrow", after(evening.now, 3600)))
    goes_to_sleep()

    awake = frozen.model_copy(update={"speed": 1.0})
    async with service.running(awake):
        morning = await tell(bus)

    assert morning.wall - evening.wall > NIGHT
    assert timedelta(0) <= morning.now - evening.now < timedelta(minutes=1)
    assert await fired_ids(bus) == []


async def test_time_goes_on_from_the_last_event_and_never_back(bus: Bus, frozen: Settings) -> None:
    """The clock was killed after time had run on to the event, before it could say so."""
    async with service.running(frozen):
        begun = (await tell(bus)).now
    log = video_log(bus)
    await append_fact(log, await log.load(ORG, ID), FACTS["created"])
    assert minute(1) != begun

    async with service.running(frozen):
        assert (await tell(bus)).now == max(begun, minute(1))
    async with service.running(frozen):
        assert (await tell(bus)).now == max(begun, minute(1))


async def test_speed_outlives_a_restart_unless_it_is_asked_for(
    bus: Bus, server: EmbeddedNats, tmp_path: Path
) -> None:
    unasked = settings_for(server, tmp_path)
    async with service.running(unasked):
        assert (await tell(bus)).speed == 1
        await set_speed(bus, 60)
    async with service.running(unasked):
        assert (await tell(bus)).speed == 60
    async with service.running(settings_for(server, tmp_path, speed=FROZEN)):
        assert (await tell(bus)).speed == FROZEN


async def test_restart_with_superseded_timers_keeps_only_the_last(
    bus: Bus, frozen: Settings
) -> None:
    async with service.running(frozen):
        now = (await tell(bus)).now
    for generation in (1, 2, 3):
        await set_timer(bus, timer("k", after(now, 10 - generation), generation=generation))

    async with service.running(frozen):
        await until(lambda: _holds(bus, 1))
        await set_speed(bus, 1000)
        await until(lambda: is_done(bus, 1))

    assert Counter(await fired_ids(bus)) == {"test.k.3": 1}


async def _holds(bus: Bus, messages: int) -> bool:
    return await held(bus) == messages


async def _at_least(bus: Bus, firings: int) -> bool:
    return len(await fired(bus)) >= firings
