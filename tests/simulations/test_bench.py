"""`telecine bench load` measures what happened, and sees what is missing."""

import asyncio
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from telecine.simulations.bench.load import measure
from telecine.simulations.bench.measures import percentile
from telecine.simulations.bench.memory import resident
from telecine.simulations.bench.target import Target
from tests.processes import told_to_stop


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([3.0, 1.0, 2.0], 0.5, 2.0), ([1.0], 0.99, 1.0), ([1.0, 2.0], 0.99, 2.0), ([1, 2], 0, 1)],
)
def test_percentile_is_a_value_that_was_measured(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


async def test_every_webhook_of_both_phases_is_counted_and_on_record() -> None:
    measured = await measure(uploads=10, rate=10, seconds=1)

    assert measured.whole
    burst, steady = measured.burst, measured.steady
    assert (burst.deliveries, burst.logged, burst.lost, burst.duplicates) == (20, 20, 0, 0)
    assert (steady.uploads, steady.lost, steady.duplicates) == (10, 0, 0)
    assert 0 < burst.answer_p50_ms <= burst.answer_p99_ms
    assert 0 < steady.event_to_receiver_p50_ms <= steady.event_to_receiver_p99_ms
    assert 20 < measured.memory.idle_mb <= measured.memory.peak_mb
    assert set(asdict(measured)) == {"burst", "steady", "memory", "machine"}
    assert not replace(measured, burst=replace(burst, lost=1)).whole
    assert not replace(measured, burst=replace(burst, logged=19)).whole


async def test_told_to_stop_it_leaves_no_house_and_no_folder(tmp_path: Path) -> None:
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "telecine.simulations", "bench", "load", "--uploads", "100000"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )

    def has_begun() -> list[Path]:
        return list(tmp_path.glob("*/data/nats.url"))

    assert await told_to_stop(running, has_begun, within=30) == 130
    assert list(tmp_path.iterdir()) == []


async def test_target_counts_a_repeated_webhook_once_as_an_arrival() -> None:
    import httpx

    target = Target()
    async with target.listening(), httpx.AsyncClient(trust_env=False) as http:
        for name in ("one", "two", "one"):
            await http.post(target.url, content=b"{}", headers={"webhook-id": name})

    assert (set(target.arrivals), target.requests) == ({"one", "two"}, 3)


def test_memory_of_this_process_is_seen() -> None:
    import os

    assert resident(os.getpid()) > 10
