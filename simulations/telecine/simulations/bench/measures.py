"""What one run of the benchmark measured."""

from collections.abc import Sequence
from dataclasses import dataclass


def percentile(values: Sequence[float], share: float) -> float:
    """Answer the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Measures:
    """Rates are per second, times in milliseconds, `ratio` is the pipeline's rate over the bare
    sender's against the same receiver in the same run."""

    uploads: int
    uploads_per_second: float
    answer_p50_ms: float
    answer_p99_ms: float
    deliveries: int
    deliveries_per_second: float
    bare_per_second: float
    ratio: float
    event_to_receiver_p50_ms: float
    event_to_receiver_p99_ms: float
    lost: int
    duplicates: int
