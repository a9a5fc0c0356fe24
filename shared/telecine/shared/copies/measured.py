"""What every service tells of itself: the questions it answers, its readiness, its time, its NATS.

FastStream has a middleware for Prometheus, but it labels by the whole subject (docs/decisions), and
takes a refusal for a success.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from faststream import BaseMiddleware

from telecine.shared.observing.metrics import Metrics
from telecine.shared.observing.subjects import kind_of
from telecine.shared.wire.rpc import ERROR, REASON

if TYPE_CHECKING:
    from telecine.shared.copies.instance import Instance


class Measured:
    """A middleware of FastStream's broker: counts and times every question, by its name and result."""

    def __init__(self, metrics: Metrics) -> None:
        self.answered = metrics.counter(
            "telecine_requests_total",
            "Commands and queries that were answered, by name and result.",
            "request",
            "result",
        )
        self.seconds = metrics.histogram(
            "telecine_request_duration_seconds",
            "How long a command or query took to be answered.",
            "request",
        )

    def __call__(self, message: Any, /, *, context: Any) -> "_Measuring":
        return _Measuring(message, context, self)


class _Measuring(BaseMiddleware):
    def __init__(self, message: Any, context: Any, measured: Measured) -> None:
        super().__init__(message, context=context)
        self._measured = measured

    async def consume_scope(self, call_next: Callable[[Any], Any], msg: Any) -> Any:
        began, name = perf_counter(), kind_of(msg.raw_message.subject).removeprefix("rpc.")
        answer = await call_next(msg)
        self._measured.seconds.labels(name).observe(perf_counter() - began)
        headers = getattr(answer, "headers", None) or {}
        result = headers.get(REASON) or headers.get(ERROR) or "answered"
        self._measured.answered.labels(name, result).inc()
        return answer


@contextmanager
def watched(me: "Instance") -> Iterator[None]:
    """Let the metrics tell how an instance stands while the block lasts."""
    made = me.metrics
    ready = made.gauge("telecine_service_ready", "Whether the service answers.", "service")
    connected = made.gauge("telecine_nats_connected", "Whether NATS is there.", "service")
    speed = made.gauge(
        "telecine_clock_speed", "Virtual seconds a second, as the service follows it.", "service"
    )
    now = made.gauge(
        "telecine_clock_virtual_timestamp_seconds",
        "Virtual now, as the service has it.",
        "service",
    )
    reconnects = made.counter(
        "telecine_nats_reconnects_total", "Times that the connection to NATS came back.", "service"
    ).labels(me.name)
    ready.labels(me.name).set_function(lambda: me.beating.ready)
    connected.labels(me.name).set_function(lambda: me.bus.is_connected)
    speed.labels(me.name).set_function(lambda: me.clock.anchor.speed if me.clock.sequence else 0)
    now.labels(me.name).set_function(
        lambda: me.clock.now().timestamp() if me.clock.sequence else 0
    )
    try:
        with me.bus.on_reconnect(reconnects.inc):
            yield
    finally:
        for gauge in (ready, connected, speed, now):
            gauge.remove(me.name)
