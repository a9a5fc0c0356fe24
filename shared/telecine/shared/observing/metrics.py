"""What a process counts and measures of itself, for Prometheus: one `Metrics` a process, passed along.

A label's values are words of the code (types, names, outcomes); never an id, a URL or an
organisation, so that there are never more of them and none of them tells on anybody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from time import monotonic
from typing import Any, TypeVar

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

log = structlog.get_logger()

M = TypeVar("M", bound=MetricWrapperBase)
C = TypeVar("C", bound=Collector)

#: Seconds: from what a handler takes to what a webhook may take.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
#: Seconds that looking at one source may take, and that what was seen is good for.
DEADLINE, FRESH = 1.0, 5.0


@dataclass
class _Source:
    """Something that is looked at when somebody asks for the metrics, and not too often."""

    name: str
    gauges: Sequence[Gauge]
    look: Callable[[], Awaitable[None]]
    looked_at: float = float("-inf")

    def clear(self) -> None:
        """Let the gauges say nothing."""
        for gauge in self.gauges:
            gauge.clear()


class Metrics:
    """Makes each metric once, however many parts of the process ask for it; `page` is what is scraped."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._made: dict[str, Any] = {}
        self._sources: list[_Source] = []
        self._asking = asyncio.Lock()
        self._failures = self.counter(
            "telecine_metrics_source_failures_total",
            "Times that a source of metrics could not be read; its gauges are gone until it can.",
            "source",
        )

    @classmethod
    def of_process(cls) -> "Metrics":
        """Answer new metrics that tell of this process as well: memory, CPU, files, version."""
        metrics = cls()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=metrics.registry)
        build = metrics.gauge(
            "telecine_build_info", "Always 1; the version is its label.", "version"
        )
        build.labels(version("telecine")).set(1)
        return metrics

    def counter(self, name: str, what: str, *labels: str) -> Counter:
        return self._once(name, lambda: Counter(name, what, labels, registry=self.registry))

    def gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return self._once(name, lambda: Gauge(name, what, labels, registry=self.registry))

    def histogram(
        self, name: str, what: str, *labels: str, buckets: Sequence[float] = SECONDS
    ) -> Histogram:
        return self._once(
            name, lambda: Histogram(name, what, labels, buckets=buckets, registry=self.registry)
        )

    def collector(self, name: str, make: Callable[[], C]) -> C:
        """Answer a collector that makes its metrics itself, when it is asked."""
        if name not in self._made:
            self._made[name] = make()
            self.registry.register(self._made[name])
        made: C = self._made[name]
        return made

    def _once(self, name: str, make: Callable[[], M]) -> M:
        if name not in self._made:
            self._made[name] = make()
        made: M = self._made[name]
        return made

    def look_at(
        self, name: str, gauges: Sequence[Gauge], look: Callable[[], Awaitable[None]]
    ) -> Callable[[], None]:
        """Let `look` fill gauges when somebody scrapes, at most every `FRESH` seconds.

        If it fails or takes over `DEADLINE` seconds they say nothing, rather than something old.
        Answers how to stop.
        """
        source = _Source(name, gauges, look)
        self._sources.append(source)
        return lambda: self._stop(source)

    def _stop(self, source: _Source) -> None:
        self._sources.remove(source)
        source.clear()

    async def page(self, accept: str = "") -> tuple[bytes, str]:
        """Answer everything as Prometheus (or OpenMetrics, if accepted) reads it, and its media type."""
        async with self._asking:
            await asyncio.gather(*(self._look(source) for source in self._sources))
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type

    async def _look(self, source: _Source) -> None:
        if monotonic() - source.looked_at < FRESH:
            return
        source.clear()
        try:
            async with asyncio.timeout(DEADLINE):
                await source.look()
        except Exception as error:  # noqa: BLE001 - whoever looks inside must not break on a part
            source.clear()  # of what was seen before it failed, too
            self._failures.labels(source.name).inc()
            log.debug("metrics.source_failed", source=source.name, error=repr(error))
            return
        source.looked_at = monotonic()
