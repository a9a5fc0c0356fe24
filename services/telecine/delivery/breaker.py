"""The breaker of an endpoint: when nobody answers there, or it asks for less, the rest is parked. Pure.

Closed: attempts are made. Open: first attempts wait, until one of them is let through as a probe.
A receiver that answers, however badly, is there: only silence and 429, 502, 504 open the breaker.
All times are virtual.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from telecine.delivery.verdict import Verdict

#: Attempts in a row without any answer that open the breaker.
THRESHOLD = 10
#: How long it is open at first, and at most; each probe in vain doubles it.
_COOL, _COOL_MOST = timedelta(seconds=5), timedelta(minutes=5)
#: The same where the receiver asked for less, and did not say for how long.
_EASE, _EASE_MOST = timedelta(seconds=1), timedelta(minutes=1)

#: Why nothing is sent: nobody answers, or the receiver asked for less.
Reason = Literal["breaker", "rate_limit"]


@dataclass(frozen=True, slots=True)
class Closed:
    """Attempts are made; the last `silences` of them were not answered."""

    silences: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """Nothing new is sent before `until`; it opened `trips` times since the last success."""

    until: datetime
    trips: int
    reason: Reason


Breaker = Closed | Open

CLOSED = Closed()


def heard(breaker: Breaker, verdict: Verdict, now: datetime) -> Breaker:
    """Answer the breaker after an attempt that ended at `now` and was no probe."""
    if verdict.ours:
        return breaker
    if isinstance(breaker, Open):
        return _heard_late(breaker, verdict, now)
    if verdict.slower or (verdict.silent and breaker.silences + 1 >= THRESHOLD):
        return _opened(verdict, now, 0)
    return Closed(breaker.silences + 1) if verdict.silent else CLOSED


def probed(breaker: Open, verdict: Verdict, now: datetime) -> Breaker:
    """Answer the breaker after a probe that ended at `now`: whatever answers is there again."""
    if verdict.ours:
        return unheard(breaker, now)
    if verdict.slower or verdict.silent:
        return _opened(verdict, now, breaker.trips)
    return CLOSED


def unheard(breaker: Open, now: datetime) -> Open:
    """Answer the breaker after a probe that could not even be made: it is made again soon."""
    return replace(breaker, until=now + (_EASE if breaker.reason == "rate_limit" else _COOL))


def lets_through(breaker: Open) -> bool:
    """Whether it lets somebody through before its time who asks by hand (a resend, a test): nobody has
    answered there lately, and that may just have been mended. Not where the receiver asked for less."""
    return breaker.reason == "breaker"


def _heard_late(breaker: Open, verdict: Verdict, now: datetime) -> Breaker:
    """What was under way when it opened, and retries, which come at their own time."""
    if breaker.reason == "breaker":
        return CLOSED if verdict.success else breaker
    asked = now + (verdict.retry_after or timedelta(0))
    return replace(breaker, until=asked) if verdict.slower and asked > breaker.until else breaker


def _opened(verdict: Verdict, now: datetime, trips: int) -> Open:
    if verdict.slower:
        pause = max(verdict.retry_after or timedelta(0), _doubled(_EASE, trips, _EASE_MOST))
        return Open(now + pause, trips + 1, "rate_limit")
    return Open(now + _doubled(_COOL, trips, _COOL_MOST), trips + 1, "breaker")


def _doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    return min(first * int(2 ** min(times, 30)), most)
