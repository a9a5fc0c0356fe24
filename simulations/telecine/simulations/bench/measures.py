"""What one run of a benchmark measured; rates are per second, times in milliseconds."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass


def percentile(values: Sequence[float], share: float) -> float:
    """Answer the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Burst:
    """Uploads as fast as one client can send them, and what became of their webhooks.

    `seconds`: from the first upload to the last webhook. `ratio`: webhooks a second over what the
    bare sender makes against the same receiver in the same run. `logged`: deliveries that the API
    shows as succeeded. `lost` and `duplicates` as the receiver saw it.
    """

    uploads: int
    uploads_per_second: float
    answer_p50_ms: float
    answer_p99_ms: float
    seconds: float
    deliveries: int
    deliveries_per_second: float
    bare_per_second: float
    ratio: float
    logged: int
    lost: int
    duplicates: int


@dataclass(frozen=True)
class Steady:
    """Uploads at a fixed rate, whether or not the one before was answered.

    `event_to_receiver`: from the time of the event to the first bytes of its webhook.
    """

    uploads: int
    rate: float
    answer_p50_ms: float
    answer_p99_ms: float
    event_to_receiver_p50_ms: float
    event_to_receiver_p99_ms: float
    lost: int
    duplicates: int


@dataclass(frozen=True)
class Memory:
    """Resident megabytes of the house's process and its nats-server together."""

    idle_mb: float
    peak_mb: float


@dataclass(frozen=True)
class Machine:
    """What it was measured on."""

    cores: int
    system: str
    python: str


@dataclass(frozen=True)
class Load:
    """One run of `telecine bench load`."""

    burst: Burst
    steady: Steady
    memory: Memory
    machine: Machine

    @property
    def whole(self) -> bool:
        """Whether every webhook came, and is on record."""
        return (
            self.burst.lost == self.steady.lost == 0 and self.burst.logged == self.burst.deliveries
        )


def machine() -> Machine:
    """Describe this machine."""
    return Machine(
        cores=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
    )
