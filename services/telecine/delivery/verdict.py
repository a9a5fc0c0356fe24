"""What an outcome says about its delivery and about the whole endpoint. Pure.

Source: Standard Webhooks 1.0.0, "Deliverability and reliability": only 2xx is success, 410 ends the
endpoint, 429, 502 and 504 ask for less; RFC 9110, 10.2.3: Retry-After in seconds or as a date.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from telecine.delivery.outcome import Outcome

#: The receiver can be reached and asks for less.
SLOWER = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
)
#: Nobody answered: what takes a slot for long, and says nothing about one delivery.
_SILENT = frozenset({"dns", "connect", "tls", "timeout", "reset"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`retry_after` is how long the receiver asks to be left alone with this delivery, capped.

    `gone`: it wants nothing any more. `slower`: it wants less of everything. `silent`: it did not
    answer at all. `ours`: it failed for what this machine lacks, so nothing is known of the receiver.
    """

    success: bool
    retry_after: timedelta | None = None
    gone: bool = False
    slower: bool = False
    silent: bool = False
    ours: bool = False


SUCCESS = Verdict(success=True)


def judge(outcome: Outcome, wall: Callable[[], datetime], most: timedelta) -> Verdict:
    """Answer the verdict; a date in Retry-After is held against the wall's time, `most` is the cap."""
    if outcome.error is None:
        return SUCCESS
    return unasked(outcome, _retry_after(outcome, wall(), most))


def unasked(outcome: Outcome, retry_after: timedelta | None = None) -> Verdict:
    """Answer the verdict without a look at what the receiver asks for."""
    if outcome.error is None:
        return SUCCESS
    return Verdict(
        success=False,
        retry_after=retry_after,
        gone=outcome.status == HTTPStatus.GONE,
        slower=outcome.status in SLOWER,
        silent=outcome.error in _SILENT and outcome.status is None and not outcome.ours,
        ours=outcome.ours,
    )


def _retry_after(outcome: Outcome, wall: datetime, most: timedelta) -> timedelta | None:
    for name, value in outcome.headers:
        if name.lower() == "retry-after":
            asked = _asked(value.strip(), wall)
            if asked is not None:
                return min(max(asked, timedelta(0)), most)
    return None


def _asked(text: str, wall: datetime) -> timedelta | None:
    """Read seconds or an HTTP date; None for anything else, which nobody can obey.

    A date without a zone, as asctime writes it, is of UTC (RFC 9110, 5.6.7).
    """
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text.lstrip("0")[:9] or "0"))
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - wall
    except Exception:  # noqa: BLE001 - more than ValueError comes out of it, by what a receiver wrote
        return None
