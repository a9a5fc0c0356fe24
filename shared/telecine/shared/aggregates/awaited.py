"""What an aggregate's state waits for: its one timer, which whoever moves it on has set."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Awaited:
    """The one timer that this state waits for."""

    generation: int
    due: datetime
