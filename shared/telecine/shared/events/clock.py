"""What can happen to virtual time."""

from datetime import datetime
from typing import ClassVar

from telecine.shared.events import Fact


class ClockStarted(Fact):
    """A run begins (or goes on): virtual `now` was true at `wall`, and runs at `speed`."""

    type: ClassVar[str] = "clock.started"
    now: datetime
    wall: datetime
    speed: float


class ClockSpeedChanged(Fact):
    """From `now` (virtual) = `wall` on, time runs at `speed`; 0 is frozen."""

    type: ClassVar[str] = "clock.speed_changed"
    now: datetime
    wall: datetime
    speed: float


ClockFact = ClockStarted | ClockSpeedChanged
