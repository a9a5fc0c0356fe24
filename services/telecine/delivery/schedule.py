"""Retry schedules: seconds of virtual time before each attempt, the first included. Pure.

By name, or a list of one's own. Sources: `standard` Standard Webhooks 1.0.0 ("Deliverability and
reliability"), `svix` docs.svix.com/retries. Stripe and Mux publish only their span (three days, 24
hours, growing delays); the steps in between are ours: doubled, and the last one fills the span.
"""

from datetime import timedelta
from typing import Literal

Profile = Literal["standard", "svix", "stripe", "mux", "none"]
#: A schedule's name, or the seconds themselves.
Retries = Profile | tuple[float, ...]

_MINUTE, _HOUR = 60, 3600

SCHEDULES: dict[Profile, tuple[int, ...]] = {
    "standard": (
        0,
        5,
        5 * _MINUTE,
        30 * _MINUTE,
        2 * _HOUR,
        5 * _HOUR,
        10 * _HOUR,
        14 * _HOUR,
        20 * _HOUR,
        24 * _HOUR,
    ),
    "svix": (
        0,
        5,
        5 * _MINUTE,
        30 * _MINUTE,
        2 * _HOUR,
        5 * _HOUR,
        10 * _HOUR,
        10 * _HOUR,
    ),
    "stripe": (0, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 76_800, 106_200),
    "mux": (0, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 55_740),
    "none": (0,),
}


def schedule_of(retries: Retries) -> tuple[float, ...]:
    """Answer the seconds before each attempt."""
    return retries if isinstance(retries, tuple) else SCHEDULES[retries]


def delay_before(retries: Retries, number: int) -> timedelta | None:
    """Answer how long to wait before attempt `number` (from 1); None if there is no such attempt."""
    schedule = schedule_of(retries)
    return timedelta(seconds=schedule[number - 1]) if number <= len(schedule) else None


def stretch(jitter: float, unit: float) -> float:
    """Answer the factor of a delay that is made shorter or longer by up to `jitter` (0 to 1) of itself.

    `unit` is a random number from 0 to 1; 0.5 leaves the delay as it is. Jitter keeps the retries of
    many deliveries that failed together from coming together.
    """
    return 1 + jitter * (2 * unit - 1)
