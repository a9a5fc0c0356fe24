"""kill -9 of nats-server: no timer is lost, and none comes back for good."""

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from telecine.clock import service
from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.errors import Unavailable
from telecine.shared.time.timers import cancel_timer, set_timer
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.clock.timing import (
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
from tests.nats import killed
from tests.waiting import until

pytestmark = pytest.mark.crash


async def test_no_timer_is_lost_when_the_server_is_killed_in_the_midst_of_firing(
    bus: Bus, server: EmbeddedNats, started: ClockAnswer
) -> None:
    timers = [timer(f"k{n}", after(started.now, n)) for n in range(1500)]
    await set_all(bus, timers)
    await set_speed(bus, 500)

    for part in (200, 700):
        await until(partial(_at_least, bus, part))
        await killed(server, bus)
    await until(lambda: is_done(bus, 1500), deadline=30)

    assert set(await fired_ids(bus)) == {each.id for each in timers}
    assert {each.timer: each.due for each in await fired(bus)} == {
        each.id: each.due for each in timers
    }


async def test_superseded_and_cancelled_timers_do_not_come_back(
    bus: Bus, server: EmbeddedNats, started: ClockAnswer
) -> None:
    """The server is killed while the clock deletes what the next generation has replaced."""
    keys = [f"k{n}" for n in range(200)]
    replaced, cancelled = keys[::2], keys[1::2]
    await set_all(bus, [timer(key, after(started.now, 3600)) for key in keys])
    await asyncio.gather(
        *(set_timer(bus, timer(key, after(started.now, 7200), generation=2)) for key in replaced),
        *(cancel_timer(bus, "test", key, 2) for key in cancelled),
    )
    await killed(server, bus)
    await until(lambda: _holds(bus, len(replaced)))
    await killed(server, bus)

    await until(lambda: _answered(bus))
    await set_speed(bus, 100_000)
    await until(lambda: is_done(bus, len(replaced)))

    assert Counter(await fired_ids(bus)) == {f"test.{key}.2": 1 for key in replaced}


async def test_timer_that_could_not_be_fired_in_the_outage_is_fired_after_it(
    bus: Bus, server: EmbeddedNats, started: ClockAnswer
) -> None:
    await set_all(bus, [timer(f"k{n}", after(started.now, 1000)) for n in range(20)])
    await set_speed(bus, 1000)

    await killed(server, bus)
    await until(lambda: is_done(bus, 20))

    assert Counter(await fired_ids(bus)) == {f"test.k{n}.1": 1 for n in range(20)}


async def test_clock_of_before_the_kill_goes_on(
    bus: Bus, server: EmbeddedNats, started: ClockAnswer
) -> None:
    faster = await set_speed(bus, 60)
    await killed(server, bus)

    later = await until(lambda: _answered(bus))

    assert (later.speed, later.sequence) == (60, faster.sequence)
    assert later.now >= faster.now


async def test_clock_stops_in_peace_while_the_server_is_away(
    bus: Bus, server: EmbeddedNats, tmp_path: Path
) -> None:
    async with asyncio.timeout(30), service.running(settings_for(server, tmp_path, speed=1.0)):
        await server.stop()
        await until(lambda: not bus.is_connected)


async def _answered(bus: Bus) -> ClockAnswer | None:
    """Ask the clock, whose own connection may come back a moment after ours."""
    try:
        return await tell(bus)
    except Unavailable:
        return None


async def _at_least(bus: Bus, firings: int) -> bool:
    return len(await fired(bus)) >= firings


async def _holds(bus: Bus, messages: int) -> bool:
    return await held(bus) == messages
