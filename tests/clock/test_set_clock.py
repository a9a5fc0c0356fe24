"""A change of the clock is answered when everybody alive follows it, and names who does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from telecine.clock import service
from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.copies.heartbeat import Beating
from telecine.shared.copies.instance import instance
from telecine.shared.errors import Refusal
from telecine.shared.settings import Settings
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.bus import Bus
from tests.clock.timing import anchor_now, set_speed
from tests.shared.work import heard
from tests.waiting import until


@asynccontextmanager
async def deaf(bus: Bus, name: str) -> AsyncIterator[Beating]:
    """An instance that beats and follows nothing, unless the test lets it."""
    beating = Beating(bus, name, f"{name}-1")
    async with beating.running():
        yield beating


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instances are gone after three seconds: one that beats late on a busy machine is there."""
    monkeypatch.setattr("telecine.shared.copies.heartbeat.GONE_AFTER", 3.0)
    monkeypatch.setattr("telecine.clock.handlers.GONE_AFTER", 3.0)


async def test_everybody_follows_when_the_change_is_answered(
    bus: Bus, started: ClockAnswer, frozen: Settings
) -> None:
    async with AsyncExitStack() as stack:
        copies = [await stack.enter_async_context(instance(frozen, "ingest")) for _ in range(3)]

        answer = await set_speed(bus, 60)

        assert [copy.clock.anchor.speed for copy in copies] == [60, 60, 60]
        assert {copy.clock.sequence for copy in copies} == {answer.sequence}


async def test_change_is_not_answered_before_the_last_one_follows(
    bus: Bus, started: ClockAnswer
) -> None:
    async with deaf(bus, "slow") as slow:
        beats = await heard(bus, "heartbeat.slow.*")
        changing = asyncio.create_task(set_speed(bus, 60))
        await until(lambda: _speed_is(bus, 60))
        so_far = len(beats)
        await until(lambda: len(beats) >= so_far + 2)
        assert not changing.done()

        slow.clock = started.sequence + 1
        slow.beat()

        assert (await changing).speed == 60


@pytest.mark.usefixtures("patient")
async def test_change_is_refused_with_the_name_of_who_does_not_follow(
    bus: Bus, started: ClockAnswer
) -> None:
    async with deaf(bus, "stubborn"):
        with pytest.raises(Refusal) as refusal:
            await set_speed(bus, 60)

    assert refusal.value.code == "timeout"
    assert "stubborn stubborn-1" in refusal.value.message
    assert "clock" not in refusal.value.message.removeprefix("the clock has changed")
    assert (await anchor_now(bus)).speed == 60, "the change itself has happened"


@pytest.mark.usefixtures("patient")
async def test_instance_that_died_is_not_waited_for(bus: Bus, started: ClockAnswer) -> None:
    async with deaf(bus, "dying"):
        beats = await heard(bus, "heartbeat.dying.*")
        await until(lambda: beats)

    assert (await set_speed(bus, 60)).speed == 60


@pytest.mark.usefixtures("patient")
async def test_clock_that_has_just_started_listens_before_it_says_that_all_follow(
    bus: Bus, frozen: Settings
) -> None:
    async with deaf(bus, "stubborn"):
        beats = await heard(bus, "heartbeat.stubborn.*")
        await until(lambda: beats)
        async with service.running(frozen):
            with pytest.raises(Refusal, match="stubborn"):
                await set_speed(bus, 60)


async def test_changes_at_the_same_time_are_made_one_after_the_other(
    bus: Bus, started: ClockAnswer
) -> None:
    speeds = [1.0, 2.0, 3.0, 4.0, 5.0]

    answers = await asyncio.gather(*(set_speed(bus, speed) for speed in speeds))

    assert sorted(each.sequence for each in answers) == [2, 3, 4, 5, 6]
    assert (await anchor_now(bus)).speed in speeds


async def test_instance_that_joins_later_follows_the_present_clock(
    bus: Bus, started: ClockAnswer, frozen: Settings
) -> None:
    answer = await set_speed(bus, 60)

    async with instance(frozen, "latecomer") as latecomer:
        assert latecomer.clock.sequence == answer.sequence
        assert latecomer.clock.anchor.speed == 60


async def test_follower_moves_on_when_the_fact_has_come(bus: Bus, started: ClockAnswer) -> None:
    clock = VirtualClock(bus)
    async with clock.following():
        assert not await clock.reached(started.sequence + 1, timeout=0.05)
        moved = asyncio.create_task(clock.reached(started.sequence + 1, timeout=10))

        await set_speed(bus, 60)

        assert await moved


async def _speed_is(bus: Bus, speed: float) -> bool:
    return (await anchor_now(bus)).speed == speed
