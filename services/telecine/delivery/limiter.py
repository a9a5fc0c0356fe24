"""The rate limit of an endpoint: who may be sent now, and when the next one may. Pure.

The generic cell rate algorithm (ITU-T I.371): one moment, the theoretical arrival time, says it all, so
it is kept in one column and shared by all workers. Times are virtual.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: Seconds whose worth may be sent at once: finer than anybody counts, coarser than a timer.
BURST = 0.1
#: Seconds that nobody waits longer for the next one, however low a rate the log has of earlier days.
LONGEST = 24 * 3600.0


@dataclass(frozen=True)
class Taken:
    """`granted` may be sent now; `arrival` is what is kept; the next one may be sent at `free_at`."""

    granted: int
    arrival: datetime
    free_at: datetime


def take(arrival: datetime | None, now: datetime, rate: float, wanted: int) -> Taken:
    """Answer how many of the `wanted` may be sent at `now`, at `rate` a second.

    In any span of S seconds at most S * rate + the burst are granted, of a rate of one in LONGEST or more.
    An `arrival` that a lower rate has left counts for no more than this rate could have left.
    """
    interval = interval_of(rate)
    room = interval * (burst(rate) - 1)  # how far ahead of now the next may stand
    start = min(max(arrival or now, now), now + room + interval)
    granted = 0
    if start <= now + room:
        granted = min(wanted, int((now + room - start) / interval) + 1)
    after = start + interval * granted
    return Taken(granted, after, max(now, after - room))


def interval_of(rate: float) -> timedelta:
    """Answer the time between two at a rate above 0, LONGEST at most."""
    return timedelta(seconds=min(1 / rate, LONGEST))


def burst(rate: float) -> int:
    """Answer how many may be sent at once."""
    return max(1, int(rate * BURST))
