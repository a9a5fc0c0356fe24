"""What delivery tells of itself: attempts and their phases, and what waits to be sent."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import get_args

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, or_, select, text
from sqlmodel import col

from telecine.delivery.decider import Parking
from telecine.delivery.outcome import Outcome
from telecine.delivery.tables import WAITS, DeliveryRow, GateRow, ResendRow
from telecine.shared.observing.metrics import SECONDS, Metrics
from telecine.shared.observing.tally import Tally
from telecine.shared.tables.database import Database

#: The states that they may have.
WAITING = ("postponed", "parked")
_ENDS = ("succeeded", "failed")
#: How resends may have been asked for, and how many are of each.
_ASKED = {"by_hand": False, "in_bulk": True}
_WISHED = select(col(ResendRow.in_bulk), func.count()).group_by(col(ResendRow.in_bulk))
_PHASES = ("dns", "connect", "tls", "first_byte")


class AttemptMeasures(Collector):
    """Counts attempts; the status is a class (`2xx`), since receivers answer what they like."""

    def __init__(self) -> None:
        self._attempts: Counter[tuple[int | None, str | None]] = Counter()  # by status and error
        self._seconds = {ended: Tally(SECONDS) for ended in _ENDS}
        self._phases = {phase: Tally(SECONDS) for phase in _PHASES}

    @classmethod
    def of(cls, metrics: Metrics) -> "AttemptMeasures":
        """Answer those of a process."""
        return metrics.collector("telecine_attempts_total", cls)

    def attempted(self, outcome: Outcome) -> None:
        """Count an attempt that has ended."""
        error, timings = outcome.error, outcome.timings
        self._attempts[outcome.status, error] += 1
        self._seconds[_ended(error)].observe(timings.total_ms / 1000)
        if timings.first_byte_ms is not None:
            self._phases["first_byte"].observe(timings.first_byte_ms / 1000)
        if outcome.reused:
            return
        for phase in ("dns", "connect", "tls"):
            milliseconds = getattr(timings, f"{phase}_ms")
            if milliseconds is not None:
                self._phases[phase].observe(milliseconds / 1000)

    def collect(self) -> Iterator[Metric]:
        """Answer them as Prometheus has them."""
        attempts = CounterMetricFamily(
            "telecine_attempts_total",
            "Webhook attempts, by how they ended, the answer's status class and the error's class.",
            labels=("outcome", "status", "error"),
        )
        counts: Counter[tuple[str, str, str]] = Counter()
        for (status, error), count in self._attempts.items():
            counts[_ended(error), status_class(status), error or "none"] += count
        for labels, count in counts.items():
            attempts.add_metric(labels, count)
        yield attempts
        yield _histogram(
            "telecine_attempt_duration_seconds",
            "A webhook attempt from its start to its outcome, in wall time.",
            "outcome",
            self._seconds,
        )
        yield _histogram(
            "telecine_attempt_phase_duration_seconds",
            "The phases of an attempt that were completed; a kept connection has first_byte only.",
            "phase",
            self._phases,
        )


def _ended(error: str | None) -> str:
    return "failed" if error else "succeeded"


def _histogram(
    name: str, what: str, label: str, tallies: Mapping[str, Tally]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, what, labels=(label,))
    for value, tally in tallies.items():
        family.add_metric((value,), tally.buckets(), tally.sum)
    return family


class ParkingMeasures:
    """Counts what is parked, by its reason; each is shown from the start, or a first one has no rate."""

    def __init__(self, metrics: Metrics) -> None:
        parked = metrics.counter(
            "telecine_deliveries_parked_total",
            "Times that a delivery was parked: it waited without a due time, for this reason.",
            "reason",
        )
        self._counters = {reason: parked.labels(reason) for reason in get_args(Parking)}

    def parked(self, reason: Parking) -> None:
        self._counters[reason].inc()


def status_class(status: int | None) -> str:
    """Answer `2xx` and the like; `none` without an answer."""
    if status is None:
        return "none"
    return f"{status // 100}xx" if 100 <= status <= 599 else "other"


def watch_waiting(
    metrics: Metrics, database: Database, now: Callable[[], datetime]
) -> Callable[[], None]:
    """Let the metrics tell what waits; the copies of delivery share one table and say the same."""
    count = metrics.gauge(
        "telecine_deliveries_waiting", "Deliveries that are neither sent nor given up.", "state"
    )
    oldest = metrics.gauge(
        "telecine_deliveries_waiting_oldest_age_seconds",
        "Virtual seconds since the event of the oldest delivery that waits; 0 if none does.",
        "state",
    )
    breakers = metrics.gauge(
        "telecine_breakers_open", "Endpoints that are sent nothing but a probe now and then."
    )
    resends = metrics.gauge(
        "telecine_resends_waiting", "Resends that were taken on and are not made yet.", "asked"
    )
    rows = (
        select(col(DeliveryRow.state), func.count(), func.min(col(DeliveryRow.created_at)))
        .where(text(WAITS))
        .group_by(col(DeliveryRow.state))
    )

    async def look() -> None:
        async with database.session() as session:
            found = {state: (n, since) for state, n, since in (await session.execute(rows)).all()}
            breakers.set(await session.scalar(_opened(now())) or 0)
            wished = {row[0]: row[1] for row in await session.execute(_WISHED)}
        for asked, in_bulk in _ASKED.items():
            resends.labels(asked).set(wished.get(in_bulk, 0))
        for state in WAITING:
            number, since = found.get(state, (0, None))
            age = (now() - since).total_seconds() if since else 0.0
            count.labels(state).set(number)
            oldest.labels(state).set(max(0.0, age))

    return metrics.look_at("deliveries", (count, oldest, breakers, resends), look)


def _opened(now: datetime) -> Select[int]:
    """Answer how many breakers hold something back: until their time, and behind it what has a timer."""
    holds = or_(col(GateRow.open_until) > now, col(GateRow.due).is_not(None))
    return select(func.count()).where(col(GateRow.open_until).is_not(None), holds)
