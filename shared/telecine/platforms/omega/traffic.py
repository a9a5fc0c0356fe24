"""How much Omega says that a video was watched: invented, and the same for the same seed. Pure.

Nobody watches here. Each processed video has a rate of requests and a size of each, drawn from the
seed and its id; requests come evenly from its creation on. So numbers grow with (virtual) time, and
two spans that touch add up to the span of both.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telecine.shared.aggregates.video import Known, Succeeded, Watchable
from telecine.shared.randomness import rng

_MOST_AN_HOUR = 40
_GB, _TB = 10**9, 10**12


@dataclass(frozen=True)
class Span:
    """From a moment up to another."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Traffic:
    requests: int
    size: int

    def __add__(self, other: "Traffic") -> "Traffic":
        return Traffic(self.requests + other.requests, self.size + other.size)


def traffic_of(video: Known, seed: int, span: Span, now: datetime) -> Traffic:
    """Answer a video's traffic in a span; nothing before it is processed, nothing in the future."""
    if not isinstance(video, Succeeded | Watchable):
        return Traffic(0, 0)
    chance = rng(seed, video.card.id, "traffic")
    hourly = chance.uniform(0, _MOST_AN_HOUR)
    each = round(video.media.size * chance.uniform(0.02, 0.4))  # few watch to the end
    born = video.card.created_at
    requests = _until(min(span.end, now), born, hourly) - _until(span.start, born, hourly)
    requests = max(requests, 0)
    return Traffic(requests, requests * each)


def shown(traffic: Traffic) -> dict[str, Any]:
    """Answer the documented object; gigabytes and terabytes are decimal, with two digits."""
    return {
        "number_of_requests": traffic.requests,
        "traffic_in_bytes": traffic.size,
        "traffic_in_gb": round(traffic.size / _GB, 2),
        "traffic_in_tb": round(traffic.size / _TB, 2),
    }


def _until(moment: datetime, born: datetime, hourly: float) -> int:
    hours = (moment - born).total_seconds() / 3600
    return int(max(hours, 0.0) * hourly)
