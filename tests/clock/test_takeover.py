"""Two clocks as processes: the owner is killed or paused amid its work, and the other goes on."""

import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.log.eventlog import direct_get
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.clock.test_many_timers import Chains, _empty
from tests.clock.test_owner import answer_of
from tests.clock.timing import after, fired, fired_ids, held, set_all, set_speed, tell, timer
from tests.processes import Copies, Copy, copies
from tests.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]

#: Virtual seconds a wall second.
SPEED = 600.0


@pytest.fixture
async def clocks(server: EmbeddedNats, bus: Bus, tmp_path: Path) -> AsyncIterator[Copies]:
    """Copies of the clock, to be started by the test."""
    async with copies(tmp_path / "clocks", nats_url=server.url, data=str(tmp_path)) as running:
        yield running


async def two(clocks: Copies) -> tuple[Copy, Copy]:
    """Start an owner and one that stands by behind it."""
    return await clocks.start("clock", speed=str(SPEED)), await clocks.start("clock")


async def moved_on(bus: Bus, before: ClockAnswer) -> ClockAnswer:
    """Wait for a clock that answers, with a fact of its own."""

    async def answer() -> ClockAnswer | None:
        told = await answer_of(bus)
        return told if told and told.sequence > before.sequence else None

    return await until(answer, deadline=30)  # type: ignore[no-any-return]  # what the condition answers


def passed(since: ClockAnswer, now: ClockAnswer) -> timedelta:
    """Answer by how much virtual time differs from what the speed has made of the wall's."""
    return (now.now - since.now) - (now.wall - since.wall) * since.speed


async def test_killed_owners_are_followed_with_every_timer_and_the_time(
    bus: Bus, clocks: Copies
) -> None:
    """Chains of retries are under way; each step has its effect once, at its own time."""
    owner, other = await two(clocks)
    begun = await tell(bus)
    chains = Chains(bus, last=60, wait=30)
    timers = [timer(f"k{n}", after(begun.now, n)) for n in range(60)]

    async with chains.running():
        await chains.begin(timers)
        for effects in (600, 1800):
            await until(partial(chains.had, effects), deadline=60)
            before = await tell(bus)
            await owner.end(signal.SIGKILL)
            told = await moved_on(bus, before)
            owner, other = other, await clocks.start("clock")
            assert passed(before, told) == timedelta(0), "time goes on along the same line"
            assert told.speed == SPEED
        await until(lambda: _empty(bus), deadline=60)

    assert chains.per_generation() == {(t.key, step): 1 for t in timers for step in range(1, 61)}
    due = {(t.key, step, after(t.due, 30 * (step - 1))) for t in timers for step in range(1, 61)}
    assert set(chains.effects) == due


async def test_a_paused_owner_that_wakes_up_changes_nothing(bus: Bus, clocks: Copies) -> None:
    owner, _ = await two(clocks)
    before, stood_by = await tell(bus), owner.output.count("clock.stands_by")
    owner.send(signal.SIGSTOP)
    try:
        told = await moved_on(bus, before)
        frozen = await set_speed(bus, 0)
        # By its own line they fall due while it is paused.
        await set_all(bus, [timer(f"k{n}", after(frozen.now, 1 + n)) for n in range(50)])
        facts = await clock_facts(bus)
    finally:
        owner.send(signal.SIGCONT)
    await until(lambda: owner.output.count("clock.stands_by") > stood_by, deadline=30)

    assert passed(before, told) == timedelta(0)
    assert await fired_ids(bus) == []
    assert await held(bus) == 50
    assert await clock_facts(bus) == facts
    assert (await tell(bus)).now == frozen.now

    await set_speed(bus, SPEED)
    await until(lambda: _empty_of(bus, 50), deadline=30)
    assert [each.timer for each in await fired(bus)] == [f"test.k{n}.1" for n in range(50)]


async def test_a_clock_that_comes_back_alone_goes_on_from_its_last_sign_of_life(
    bus: Bus, clocks: Copies
) -> None:
    """Nobody else followed the time: what passed between kill and start did not pass in the house."""
    owner = await clocks.start("clock", speed=str(SPEED))
    before = await tell(bus)
    await until(lambda: _renewed(bus))
    await owner.end(signal.SIGKILL)

    await clocks.start("clock")
    told = await moved_on(bus, before)

    assert told.now > before.now
    assert passed(before, told) < timedelta(0)


async def clock_facts(bus: Bus) -> int:
    found = await direct_get(bus, "CLOCK", {"last_by_subj": "clock.*"})
    return int((found[0].headers or {})["Nats-Sequence"])


async def _renewed(bus: Bus) -> bool:
    last = await bus.js.get_last_msg("LEASES", "lease.clock")
    return (last.seq or 0) >= 3


async def _empty_of(bus: Bus, firings: int) -> bool:
    return await held(bus) == 0 and len(await fired(bus)) == firings
