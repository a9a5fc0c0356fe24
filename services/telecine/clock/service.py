"""The clock service: begins the run, answers about time, fires timers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

import structlog

from telecine.clock import time_line
from telecine.clock.firing import Firing
from telecine.shared.contracts.clock import ClockAnswer, GetClock, SetClock
from telecine.shared.errors import Conflict, Refusal, Unavailable
from telecine.shared.heartbeat import GONE_AFTER, Pulse
from telecine.shared.instance import Instance, instance
from telecine.shared.metrics import Metrics
from telecine.shared.rpc import serve
from telecine.shared.settings import Settings
from telecine.shared.virtual_time import wall_now

log = structlog.get_logger()


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run the clock while the block lasts."""
    async with instance(settings, "clock", metrics) as me:
        await _begin(me)
        await me.stack.enter_async_context(me.clock.following())
        pulse = Pulse(me.bus)
        await me.stack.enter_async_context(pulse.listening())
        steady = asyncio.Lock()
        handlers = Handlers(me, pulse, steady)
        serve(me.broker, GetClock, handlers.get)
        serve(me.broker, SetClock, handlers.set)
        await me.stack.enter_async_context(Firing(me.bus, me.clock, steady).running())
        await me.ready()
        try:
            yield
        finally:
            await handlers.note_time()


async def _begin(me: Instance) -> None:
    last, position = await time_line.last_fact(me.bus)
    wished = me.settings.speed if "speed" in me.settings.model_fields_set else None
    started = time_line.resume(last, await time_line.witnesses(me.bus), wall_now(), wished)
    await time_line.append(me.bus, started, position)
    log.info("clock.started", now=started.now.isoformat(), speed=started.speed)


class Handlers:
    """What the clock answers. No timer is fired while `steady` is held."""

    def __init__(self, me: Instance, pulse: Pulse, steady: asyncio.Lock) -> None:
        self._me = me
        self._pulse = pulse
        self._steady = steady
        self._changing = asyncio.Lock()

    async def get(self, _: GetClock) -> ClockAnswer:
        """Tell the time."""
        wall, anchor = wall_now(), self._me.clock.anchor
        return ClockAnswer(
            now=anchor.at(wall), wall=wall, speed=anchor.speed, sequence=self._me.clock.sequence
        )

    async def set(self, wish: SetClock) -> ClockAnswer:
        """Change the speed; idempotent by its value, answered when everybody follows."""
        async with self._changing:
            async with self._steady:
                sequence = await self._change(wish.speed)
            await self._until_all_follow(sequence)
        return await self.get(GetClock())

    async def note_time(self) -> None:
        """Write down how far time has come, for the next start to go on from."""
        speed = self._me.clock.anchor.speed
        if speed and self._me.bus.is_connected:
            # If it fails, the next start goes on from the last event, as after a kill.
            with suppress(Conflict, Unavailable, TimeoutError):
                async with asyncio.timeout(1):
                    await self._change(speed)

    async def _change(self, speed: float) -> int:
        """Answer the position of the fact; we follow it ourselves by then, if we can."""
        clock = self._me.clock
        fact = time_line.change(clock.anchor, wall_now(), speed)
        sequence = await time_line.append(self._me.bus, fact, clock.sequence)
        log.info("clock.speed_changed", now=fact.now.isoformat(), speed=fact.speed)
        await clock.reached(sequence, timeout=GONE_AFTER)
        return sequence

    async def _until_all_follow(self, sequence: int) -> None:
        await self._pulse.settled()
        deadline = monotonic() + 2 * GONE_AFTER
        while missing := [b for b in self._pulse.alive() if b.clock < sequence]:
            left = deadline - monotonic()
            if left <= 0 or not await self._pulse.next_beat(left):
                names = ", ".join(sorted(f"{b.service} {b.instance}" for b in missing))
                raise Refusal(
                    "timeout", f"the clock has changed, but these do not follow: {names}"
                )
