"""What may be asked of the clock."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared.contracts import Request
from telecine.shared.events import Wire


class ClockAnswer(Wire):
    """The clock: virtual `now` at `wall`, its speed, and the position of its last fact."""

    now: datetime
    wall: datetime
    speed: float
    sequence: int


class GetClock(Request[ClockAnswer]):
    service: ClassVar[str] = "clock"
    name: ClassVar[str] = "get"
    reply: ClassVar[type[Any]] = ClockAnswer


class SetClock(Request[ClockAnswer]):
    """Change the speed; answered when every living instance follows. Refused as `timeout` else."""

    service: ClassVar[str] = "clock"
    name: ClassVar[str] = "set"
    reply: ClassVar[type[Any]] = ClockAnswer
    speed: Annotated[float, Field(ge=0, le=1_000_000)]
