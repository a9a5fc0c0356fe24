"""Metrics of a process: made once, looked up when scraped, and never stale."""

import asyncio

import pytest

from telecine.shared.observing import metrics as module
from telecine.shared.observing.metrics import Metrics
from telecine.shared.observing.subjects import kind_of


async def text(metrics: Metrics) -> str:
    return (await metrics.page())[0].decode()


async def test_a_metric_that_two_parts_ask_for_is_one() -> None:
    metrics = Metrics()

    metrics.counter("things_total", "Things.", "kind").labels("a").inc()
    metrics.counter("things_total", "Things.", "kind").labels("a").inc()

    assert 'things_total{kind="a"} 2.0' in await text(metrics)


async def test_two_processes_worth_of_metrics_know_nothing_of_each_other() -> None:
    one, other = Metrics(), Metrics()

    one.counter("things_total", "Things.").inc()
    other.counter("things_total", "Things.")

    assert "things_total 0.0" in await text(other)


async def test_a_source_is_looked_at_once_for_scrapes_in_a_row() -> None:
    metrics, looks = Metrics(), 0
    gauge = metrics.gauge("depth", "Depth.", "queue")

    async def look() -> None:
        nonlocal looks
        looks += 1
        gauge.labels("a").set(looks)

    metrics.look_at("queues", [gauge], look)
    pages = await asyncio.gather(*(text(metrics) for _ in range(3)))

    assert looks == 1
    assert all('depth{queue="a"} 1.0' in page for page in pages)


async def test_a_source_that_fails_or_hangs_leaves_no_old_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metrics, hang = Metrics(), False
    gauge = metrics.gauge("depth", "Depth.", "queue")

    async def look() -> None:
        gauge.labels("a").set(1)
        if hang:
            await asyncio.Event().wait()

    metrics.look_at("queues", [gauge], look)
    before = await text(metrics)
    monkeypatch.setattr(module, "FRESH", 0.0)
    monkeypatch.setattr(module, "DEADLINE", 0.01)
    hang = True
    after = await text(metrics)

    assert 'depth{queue="a"} 1.0' in before
    assert "depth{" not in after
    assert 'telecine_metrics_source_failures_total{source="queues"} 1.0' in after


async def test_a_source_that_has_stopped_is_forgotten() -> None:
    metrics = Metrics()
    gauge = metrics.gauge("depth", "Depth.", "queue")

    async def look() -> None:
        gauge.labels("a").set(1)

    stop = metrics.look_at("queues", [gauge], look)
    await text(metrics)
    stop()

    assert "depth{" not in await text(metrics)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("video.uploaded.demo.0b0f", "video.uploaded"),
        ("timer.delivery.65ba.2", "timer.delivery"),
        ("due.transcoder.0b0f", "due.transcoder"),
        ("clock.started", "clock.started"),
        ("rpc.ingest.video.get", "rpc.ingest.video.get"),
    ],
)
def test_the_kind_of_a_subject_never_says_whose_it_is(subject: str, kind: str) -> None:
    assert kind_of(subject) == kind
