"""Virtual time: an anchor and a speed; every service computes the same now from the clock's facts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nats.aio.msg import Msg

from telecine.shared.errors import BrokenMessage
from telecine.shared.events.clock import ClockFact, ClockSpeedChanged, ClockStarted
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.follow import Follow

_FACTS: dict[str, type[ClockFact]] = {
    ClockStarted.type: ClockStarted,
    ClockSpeedChanged.type: ClockSpeedChanged,
}


def wall_now() -> datetime:
    """Answer the time on the wall, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Anchor:
    """Virtual `now` was true at `wall`; since then it runs at `speed` (0: frozen)."""

    now: datetime
    wall: datetime
    speed: float

    def at(self, wall: datetime) -> datetime:
        """Answer virtual now at a wall time; before the anchor it stands still."""
        if wall <= self.wall:
            return self.now
        passed = wall - self.wall
        if self.speed == 1:  # as it mostly is, and this is asked for every webhook
            return self.now + passed
        return self.now + timedelta(0, passed.total_seconds() * self.speed)

    def wall_seconds_until(self, due: datetime, wall: datetime) -> float | None:
        """Answer how many wall seconds remain until a virtual moment; None if time is frozen."""
        remaining = (due - self.at(wall)).total_seconds()
        if remaining <= 0:
            return 0.0
        return remaining / self.speed if self.speed else None


def parse_clock_fact(event_type: str, body: bytes) -> ClockFact:
    """Read a fact of the clock. Raises BrokenMessage."""
    try:
        return _FACTS[event_type].model_validate_json(body)
    except (KeyError, ValueError) as error:
        raise BrokenMessage(f"{event_type} is not a fact of the clock: {error}") from error


class VirtualClock:
    """Virtual time as one instance of a service follows it. `sequence` is the last fact applied."""

    def __init__(self, bus: Bus) -> None:
        self._follow = Follow(
            bus, "CLOCK", "clock.*", self._apply, reset=lambda: None, last_only=True
        )
        self._anchor: Anchor | None = None
        self.sequence = 0
        self._changed: list[Callable[[], None]] = []
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow the clock while the block lasts."""
        async with self._follow.running():
            yield

    @property
    def anchor(self) -> Anchor:
        if self._anchor is None:
            raise RuntimeError("the clock has not started; wait for `started` first")
        return self._anchor

    def now(self) -> datetime:
        """Answer virtual now."""
        return self.anchor.at(wall_now())

    def wall_seconds_until(self, due: datetime) -> float | None:
        """Answer how many wall seconds remain until a virtual moment; None if time is frozen."""
        return self.anchor.wall_seconds_until(due, wall_now())

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call back after each change of the clock."""
        self._changed.append(callback)

    async def reached(self, sequence: int, timeout: float) -> bool:
        """Wait until the fact at `sequence` is applied; False if that takes over `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while self.sequence < sequence:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    def _apply(self, message: Msg) -> None:
        fact = parse_clock_fact(message.subject, message.data)
        self._anchor = Anchor(fact.now, fact.wall, fact.speed)
        self.sequence = message.metadata.sequence.stream
        self._moved.set()
        for callback in self._changed:
            callback()
