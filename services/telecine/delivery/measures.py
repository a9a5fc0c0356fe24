"""What delivery tells of itself: attempts and their phases, and what waits to be sent."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import get_args

from sqlalchemy import func, select, text
from sqlmodel import col

from telecine.delivery.decider import Parking
from telecine.delivery.outcome import Outcome
from telecine.delivery.tables import WAITS, DeliveryRow, GateRow
from telecine.shared.database import Database
from telecine.shared.metrics import Metrics

#: The states that they may have.
WAITING = ("postponed", "parked")
_PHASES = ("dns", "connect", "tls", "first_byte")


class AttemptMeasures:
    """Counts attempts; the status is a class (`2xx`), since receivers answer what they like."""

    def __init__(self, metrics: Metrics) -> None:
        self._attempts = metrics.counter(
            "telecine_attempts_total",
            "Webhook attempts, by how they ended, the answer's status class and the error's class.",
            "outcome",
            "status",
            "error",
        )
        self._seconds = metrics.histogram(
            "telecine_attempt_duration_seconds",
            "A webhook attempt from its start to its outcome, in wall time.",
            "outcome",
        )
        self._phases = metrics.histogram(
            "telecine_attempt_phase_duration_seconds",
            "The phases of an attempt that were completed; a kept connection has first_byte only.",
            "phase",
        )

        # Looked up once: to find a label's counter takes longer than to count.
        self._counted = cache(self._attempts.labels)
        self._ended = {name: self._seconds.labels(name) for name in ("succeeded", "failed")}
        self._phase = {name: self._phases.labels(name) for name in _PHASES}

    def attempted(self, outcome: Outcome) -> None:
        """Count an attempt that has ended."""
        ended, timings = "succeeded" if outcome.success else "failed", outcome.timings
        status = outcome.status
        known = (ended, status_class(status), outcome.error or "none")
        self._counted(*known).inc()
        self._ended[ended].observe(timings.total_ms / 1000)
        if timings.first_byte_ms is not None:
            self._phase["first_byte"].observe(timings.first_byte_ms / 1000)
        if outcome.reused:
            return
        for phase in ("dns", "connect", "tls"):
            milliseconds = getattr(timings, f"{phase}_ms")
            if milliseconds is not None:
                self._phase[phase].observe(milliseconds / 1000)


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
    opened = select(func.count()).where(col(GateRow.open_until).is_not(None))
    rows = (
        select(col(DeliveryRow.state), func.count(), func.min(col(DeliveryRow.created_at)))
        .where(text(WAITS))
        .group_by(col(DeliveryRow.state))
    )

    async def look() -> None:
        async with database.session() as session:
            found = {state: (n, since) for state, n, since in (await session.execute(rows)).all()}
            breakers.set(await session.scalar(opened) or 0)
        for state in WAITING:
            number, since = found.get(state, (0, None))
            age = (now() - since).total_seconds() if since else 0.0
            count.labels(state).set(number)
            oldest.labels(state).set(max(0.0, age))

    return metrics.look_at("deliveries", (count, oldest, breakers), look)
