"""What `bench delivery` is asked to measure."""

from dataclasses import dataclass
from typing import Literal

#: Who is to answer; `auto`: nginx where there is one and it can do what is measured, else ours.
Wish = Literal["auto", "ours", "nginx"]


@dataclass(frozen=True)
class Plan:
    """`deliveries` are those of a round, `seconds` how long it then goes at `rate` a second.

    `database`: sqlite, postgresql (a server of one's own) or SQLAlchemy's URL of a database. Before the
    rounds `attempts_stored` are put on record and `parked` deliveries wait. `soak`: seconds at `rate` in
    which the workers' memory is watched. `receiver`: who answers. `hang`: whether one endpoint in ten that
    hangs is measured too.
    """

    workers: int = 1
    database: str = "sqlite"
    endpoints: int = 5
    deliveries: int = 10_000
    rounds: int = 3
    rate: float = 500.0
    seconds: float = 10.0
    attempts_stored: int = 0
    parked: int = 0
    soak: float = 0.0
    receiver: Wish = "auto"
    hang: bool = False
