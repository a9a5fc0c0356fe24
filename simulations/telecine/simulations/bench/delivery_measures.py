"""What `bench delivery` measured: rates are per second, times in milliseconds."""

from dataclasses import dataclass

from telecine.simulations.bench.measures import Machine


@dataclass(frozen=True)
class Round:
    """One round of the whole pipeline beside one of the bare sender, both of `count` webhooks.

    `early`: those that came before the workers were let go, since one that makes its consumer anew ends
    the hold; they are in no rate. `seconds`: from then on until all is acknowledged. `busy`: seconds of
    processor time in that time, by part.
    """

    count: int
    early: int
    seconds: float
    bare_seconds: float
    bare_cpu_seconds: float
    busy: dict[str, float]

    @property
    def per_second(self) -> float:
        return (self.count - self.early) / self.seconds

    @property
    def bare_per_second(self) -> float:
        return self.count / self.bare_seconds


@dataclass(frozen=True)
class Hang:
    """What one endpoint in ten that hangs costs the other nine; `1`: nothing.

    Rates are those of the other nine. All are medians; `throughput_kept` and `p99_grown` of what stood
    side by side, one right after the other. `hung`: deliveries whose requests were left without an answer
    while the nine were measured.
    """

    without_per_second: float
    with_per_second: float
    throughput_kept: float
    without_p99_ms: float
    with_p99_ms: float
    p99_grown: float
    hung: int


@dataclass(frozen=True)
class Soak:
    """The workers' resident megabytes under a steady stream; `grown`: the last tenth over the second."""

    seconds: float
    rate: float
    first_mb: float
    last_mb: float
    peak_mb: float
    grown_mb: float
    samples_mb: tuple[float, ...]


@dataclass(frozen=True)
class Delivery:
    """One run of `telecine bench delivery`. Rates are medians of the rounds, `ratio` of their ratios.

    `p50_ms`, `p99_ms`: from the moment before `delivery.requested` is published to the first bytes at
    the receiver, at `rate` a second. `cpu_us_per_delivery` is the workers' own, `cpu_us` everybody's by
    part; `cpu_ratio` holds the bare sender's against it, which other work on the machine hardly moves.
    `lost`, `duplicates` as the receiver saw it, `recorded` as the tables say; of the whole run.
    """

    deliveries_per_second: float
    bare_per_second: float
    ratio: float
    p50_ms: float
    p99_ms: float
    rate: float
    cpu_us_per_delivery: float
    cpu_us: dict[str, float]
    cpu_ratio: float
    workers: int
    database: str
    receiver: str
    endpoints: int
    attempts_stored: int
    parked: int
    deliveries: int
    recorded: int
    lost: int
    duplicates: int
    pinned: bool
    rounds: tuple[Round, ...]
    latencies_ms: tuple[float, ...]
    hang: Hang | None
    soak: Soak | None
    machine: Machine

    @property
    def whole(self) -> bool:
        """Whether every webhook came, and is on record."""
        return self.lost == 0 and self.recorded == self.deliveries
