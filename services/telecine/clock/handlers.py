"""What the clock's owner answers."""

import asyncio
from contextlib import suppress
from time import monotonic

import structlog

from telecine.clock import time_line
from telecine.shared.contracts.clock import ClockAnswer, GetClock, SetClock
from telecine.shared.copies.heartbeat import GONE_AFTER, Pulse
from telecine.shared.copies.instance import Instance
from telecine.shared.copies.lease import Lease
from telecine.shared.errors import Conflict, Refusal, Unavailable
from telecine.shared.time.virtual_time import wall_now

log = structlog.get_logger()


class Handlers:
    """Answers for as long as the lease is sure to be ours. No timer is fired while `steady` is held.

    Facts are appended behind our own last one, at `position`: nobody else's may come in between.
    """

    def __init__(
        self, me: Instance, pulse: Pulse, steady: asyncio.Lock, lease: Lease, position: int
    ) -> None:
        self._me = me
        self._pulse = pulse
        self._steady = steady
        self._lease = lease
        self._position = position
        self._changing = asyncio.Lock()

    async def get(self, _: GetClock) -> ClockAnswer:
        """Tell the time. Raises Unavailable if another copy may be the owner by now."""
        self._check()
        wall, anchor = wall_now(), self._me.clock.anchor
        return ClockAnswer(
            now=anchor.at(wall), wall=wall, speed=anchor.speed, sequence=self._me.clock.sequence
        )

    async def set(self, wish: SetClock) -> ClockAnswer:
        """Change the speed; idempotent by its value, answered when everybody follows."""
        async with self._changing:
            self._check()
            async with self._steady:
                sequence = await self._change(wish.speed)
            await self._until_all_follow(sequence)
        return await self.get(GetClock())

    async def note_time(self) -> None:
        """Write down how far time has come, for the next start to go on from."""
        speed = self._me.clock.anchor.speed
        if speed and self._me.bus.is_connected and not self._lease.lost.is_set():
            # If it fails, the next start goes on from the last event, as after a kill.
            with suppress(Unavailable, TimeoutError):
                async with asyncio.timeout(1):
                    await self._change(speed)

    def _check(self) -> None:
        if not self._lease.is_fresh:
            raise Unavailable("this copy of the clock was paused or cut off, and may be replaced")

    async def _change(self, speed: float) -> int:
        """Answer the position of the fact; we follow it ourselves by then, if we can."""
        clock = self._me.clock
        fact = time_line.change(clock.anchor, wall_now(), speed)
        try:
            self._position = await time_line.append(self._me.bus, fact, self._position)
        except Conflict as error:
            self._lease.lose()
            raise Unavailable("another copy of the clock has taken over") from error
        log.info("clock.speed_changed", now=fact.now.isoformat(), speed=fact.speed)
        await clock.reached(self._position, timeout=GONE_AFTER)
        return self._position

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
