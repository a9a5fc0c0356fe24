"""One clock owns the time; what another one writes that does not know it yet is refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from telecine.clock import service, time_line
from telecine.clock.fence import last_fence, raise_fence
from telecine.clock.firing import Firing
from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.copies import lease as leases
from telecine.shared.copies.heartbeat import Beating, Heartbeat, Pulse, host_token
from telecine.shared.copies.instance import instance
from telecine.shared.errors import Conflict, Unavailable
from telecine.shared.events.clock import ClockStarted
from telecine.shared.settings import Settings
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.bus import Bus, connected
from telecine.shared.wire.presence import HOUSE, is_present, present
from telecine.simulations.commands import health
from telecine.simulations.nats_server import EmbeddedNats
from tests.clock.timing import (
    after,
    anchor_now,
    fired_ids,
    held,
    is_done,
    set_all,
    set_speed,
    tell,
    timer,
)
from tests.waiting import until


def clocks(pulse: Pulse) -> list[Heartbeat]:
    return [beat for beat in pulse.alive() if beat.service == "clock"]


async def answer_of(bus: Bus) -> ClockAnswer | None:
    """Ask the clock; None while there is none."""
    try:
        return await tell(bus)
    except Unavailable:
        return None


@pytest.fixture
async def pulse(bus: Bus) -> AsyncIterator[Pulse]:
    pulse = Pulse(bus)
    async with pulse.listening():
        yield pulse


async def test_second_clock_stands_by_alive_and_in_step(
    bus: Bus, started: ClockAnswer, frozen: Settings, pulse: Pulse
) -> None:
    async with service.running(frozen):
        await until(lambda: len(clocks(pulse)) == 2)
        answer = await set_speed(bus, 60)

        states = sorted((beat.ready, beat.standing_by, beat.clock) for beat in clocks(pulse))
        assert states == [(False, True, answer.sequence), (True, False, answer.sequence)]
        assert answer.sequence == started.sequence + 1, "the second has begun no run"


async def test_second_clock_goes_on_when_the_first_stops(bus: Bus, frozen: Settings) -> None:
    first = service.running(frozen)
    await first.__aenter__()
    async with service.running(frozen.model_copy(update={"speed": 7.0})):
        fast = await set_speed(bus, 3600)
        await set_all(bus, [timer(f"k{n}", after(fast.now, 100 * n)) for n in range(60)])
        before = await tell(bus)

        await first.__aexit__(None, None, None)
        told = await until(lambda: answer_of(bus))
        await until(lambda: is_done(bus, 60), deadline=30)

    assert told.speed == 3600, "as it was, whatever a new run would have begun with"
    passed = (told.wall - before.wall) * 3600
    assert abs((told.now - before.now) - passed) < timedelta(seconds=1), "it never stood still"
    assert sorted(await fired_ids(bus)) == sorted(f"test.k{n}.1" for n in range(60))


async def test_facts_of_a_clock_that_was_overtaken_are_refused(
    bus: Bus, started: ClockAnswer, pulse: Pulse
) -> None:
    """Another clock has written; we do not even look whether its lease was good."""
    other = ClockStarted(now=after(started.now, 9), wall=wall_now(), speed=0)
    position = await time_line.append(bus, other, started.sequence)

    with pytest.raises(Unavailable, match="taken over"):
        await set_speed(bus, 60)

    assert (await anchor_now(bus)).speed == 0
    await until(lambda: any(beat.ready and beat.clock > position for beat in clocks(pulse)))
    assert (await tell(bus)).now >= other.now
    assert (await set_speed(bus, 60)).speed == 60, "it has begun anew, with the lease"


async def test_a_clock_that_may_be_replaced_answers_nothing(
    bus: Bus, started: ClockAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "TTL", -1.0)  # its last renewal is always too long ago

    with pytest.raises(Unavailable, match="may be replaced"):
        await tell(bus)
    with pytest.raises(Unavailable, match="may be replaced"):
        await set_speed(bus, 60)

    assert (await anchor_now(bus)).speed == 0


async def test_what_an_overtaken_clock_fires_is_refused_and_stays(bus: Bus) -> None:
    now, overtaken = wall_now(), asyncio.Event()
    await time_line.append(bus, ClockStarted(now=now, wall=now, speed=1), 0)
    fence = await raise_fence(bus, 0)
    await raise_fence(bus, fence.sequence)
    await set_all(bus, [timer(f"k{n}", after(now, -1)) for n in range(5)])
    clock = VirtualClock(bus)
    firing = Firing(bus, clock, fence, steady=asyncio.Lock(), overtaken=overtaken.set)

    async with clock.following(), firing.running():
        await until(overtaken.is_set)

    assert await fired_ids(bus) == []
    assert await held(bus) == 5


async def test_a_fence_is_raised_behind_the_last_one_only(bus: Bus) -> None:
    before = await last_fence(bus)
    fence = await raise_fence(bus, before)

    with pytest.raises(Conflict):
        await raise_fence(bus, before)

    assert await last_fence(bus) == fence.sequence


async def test_time_goes_on_where_somebody_follows_it(
    bus: Bus, server: EmbeddedNats, frozen: Settings
) -> None:
    """The only clock was away for an hour, as the wall tells; the house was not."""
    hour_ago = wall_now() - timedelta(hours=1)
    await time_line.append(bus, ClockStarted(now=hour_ago, wall=hour_ago, speed=1), 0)

    async with (
        connected(server.url, "test") as other,
        present(other, HOUSE),
        service.running(frozen),
    ):
        told = await tell(bus)

    assert timedelta(0) <= wall_now() - told.now < timedelta(minutes=1)
    assert told.speed == 1


async def test_who_follows_the_clock_can_be_found(
    bus: Bus, started: ClockAnswer, frozen: Settings
) -> None:
    assert not await is_present(bus, HOUSE, timeout=5)
    async with instance(frozen, "ingest"):
        assert await is_present(bus, HOUSE, timeout=5)
    assert not await is_present(bus, HOUSE, timeout=5)


async def test_health_of_a_clock_that_stands_by_is_good(bus: Bus, frozen: Settings) -> None:
    beating = Beating(bus, "clock", f"{host_token()}one")
    async with beating.running():
        assert await health.run(frozen, "clock") == 1, "it neither reigns nor stands by yet"
        beating.standing_by = True
        assert await health.run(frozen, "clock") == 0
