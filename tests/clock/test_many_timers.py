"""Many timers and their handlers: each takes effect exactly once, whatever stops in between."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from telecine.clock import service
from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.time.timers import Timer, parse_fired, set_timer
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pull import Pull, singly
from telecine.simulations.nats_server import EmbeddedNats
from tests.clock.timing import after, held, set_all, set_speed, settings_for, tell, timer
from tests.nats import killed
from tests.waiting import until

DAY = 24 * 3600


class Chains:
    """Handlers of timers by the rules of DESIGN §4: each key awaits one generation, and a timer of
    that generation has its effect and sets the next, until `last`."""

    def __init__(self, bus: Bus, last: int, wait: float) -> None:
        self.effects: list[tuple[str, int, datetime]] = []
        self._bus = bus
        self._last = last
        self._wait = wait
        self._awaited: dict[str, Timer] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        pull = Pull(
            self._bus, "DUE", "test-due", ["due.test.>"], singly(self._due), concurrency=16
        )
        async with pull.running():
            yield

    async def begin(self, timers: list[Timer]) -> None:
        self._awaited.update({each.key: each for each in timers})
        await set_all(self._bus, timers)

    def had(self, effects: int) -> bool:
        return len(self.effects) > effects

    def per_generation(self) -> Counter[tuple[str, int]]:
        return Counter((key, generation) for key, generation, _ in self.effects)

    async def _due(self, message: Msg) -> None:
        fired = parse_fired(message)
        awaited = self._awaited[fired.key]
        if fired.generation == awaited.generation:
            self.effects.append((fired.key, fired.generation, fired.due))
            due, generation = after(fired.due, self._wait), awaited.generation + 1
            self._awaited[fired.key] = replace(awaited, due=due, generation=generation)
            await self._set_next(fired.key)
        elif self._bus.redelivered(message):
            await self._set_next(fired.key)
        await self._bus.ack(message)

    async def _set_next(self, key: str) -> None:
        if self._awaited[key].generation <= self._last:
            await set_timer(self._bus, self._awaited[key])


async def test_two_thousand_timers_take_effect_once_each_at_a_thousandfold_speed(
    bus: Bus, started: ClockAnswer
) -> None:
    chance = random.Random(2000)
    timers = [timer(f"k{n}", after(started.now, chance.uniform(0, 3600))) for n in range(2000)]
    chains = Chains(bus, last=1, wait=0)

    async with chains.running():
        await set_speed(bus, 1000)
        await chains.begin(timers)
        await until(lambda: _empty(bus), deadline=30)

    assert chains.per_generation() == {(each.key, 1): 1 for each in timers}
    assert {(key, due) for key, _, due in chains.effects} == {(t.key, t.due) for t in timers}


async def test_chains_keep_their_virtual_pace_when_time_jumps(
    bus: Bus, started: ClockAnswer
) -> None:
    """A day passes in a moment of the wall, and each step has happened at its own hour."""
    timers = [timer(f"k{n}", after(started.now, 60 * n)) for n in range(20)]
    chains = Chains(bus, last=24, wait=3600)

    async with chains.running():
        await chains.begin(timers)
        await set_speed(bus, 1_000_000)
        await until(lambda: _empty(bus), deadline=30)

    assert sorted(chains.effects) == sorted(
        (each.key, step, after(each.due, 3600 * (step - 1)))
        for each in timers
        for step in range(1, 25)
    )


@pytest.mark.crash
async def test_chains_survive_stops_of_the_clock_and_kills_of_the_server(
    bus: Bus, server: EmbeddedNats, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, speed=3600.0)
    chains = Chains(bus, last=40, wait=300)
    timers = [timer(f"k{n}", datetime.max) for n in range(50)]

    async with chains.running():
        async with service.running(settings):
            now = (await tell(bus)).now
            timers = [replace(each, due=now) for each in timers]
            await chains.begin(timers)
        for effects in (300, 700):
            async with service.running(settings):
                await until(partial(chains.had, 100))
                await killed(server, bus)
                await until(partial(chains.had, effects), deadline=30)
        async with service.running(settings):
            await until(lambda: _empty(bus), deadline=60)

    expected = {(each.key, step): 1 for each in timers for step in range(1, 41)}
    assert chains.per_generation() == expected


async def _empty(bus: Bus) -> bool:
    """Whether no timer is held and none is on its way to its handler."""
    if await held(bus):
        return False
    due = await bus.js.stream_info("DUE", subjects_filter="due.test.>")
    return not due.state.subjects and not await held(bus)
