"""A histogram for what happens thousands of times a second: the library's takes two locks and nine calls to
observe one value. It is filled by one thread, and read by whoever scrapes.
"""

from bisect import bisect_left
from collections.abc import Sequence

from prometheus_client.utils import floatToGoString


class Tally:
    """How many values fell under each bound, and their sum."""

    __slots__ = ("_bounds", "_counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value under the first bound that it does not exceed."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """Answer how many values did not exceed each bound, as Prometheus has it: the last is +Inf."""
        found, so_far = [], 0.0
        for bound, count in zip((*self._bounds, float("inf")), self._counts, strict=True):
            so_far += count
            name = floatToGoString(bound)  # type: ignore[no-untyped-call]  # the library's own lack
            found.append((name, so_far))
        return found
