"""`telecine bench delivery` accounts for every delivery; how fast they are made no test says."""

import asyncio
import json
import sys

import pytest

from telecine.simulations.bench.beside import beside
from telecine.simulations.bench.cores import cpu_seconds, pinned, places

NAMES = {
    *("deliveries_per_second", "bare_per_second", "ratio", "p50_ms", "p99_ms"),
    *("cpu_us_per_delivery", "workers", "database", "lost", "duplicates"),
}


async def bench(*options: str) -> tuple[int, dict[str, object]]:
    """Run the command. Answers its exit status and the object that it printed."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "telecine.simulations", "bench", "delivery", "--json", *options),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await running.communicate()
    assert running.returncode is not None
    found: dict[str, object] = json.loads(output)
    return running.returncode, found


@pytest.mark.timeout(120)
async def test_a_small_run_loses_nothing_and_says_so_under_the_published_names() -> None:
    options = ("--deliveries", "200", "--rounds", "1", "--rate", "100", "--seconds", "1")

    status, found = await bench(*options, "--attempts-stored", "50")

    assert found.keys() >= NAMES
    assert (found["lost"], found["workers"], found["database"]) == (0, 1, "sqlite")
    assert found["recorded"] == found["deliveries"] == 500  # the round before warms up
    assert status == 0


async def test_the_receiver_counts_a_repeated_webhook_as_a_duplicate() -> None:
    import httpx

    async with beside("telecine.simulations.bench.counting", cores=frozenset()) as receiver:
        async with httpx.AsyncClient(base_url=receiver.first["url"], trust_env=False) as http:
            for name in ("one", "two", "one"):
                await http.post("/", content=b"x" * 100_000, headers={"webhook-id": name})
        counted = await receiver.ask("count")
        assert set(await receiver.ask("arrivals")) == {"one", "two"}
        await receiver.ask("forget")
        forgotten = await receiver.ask("count")

    assert counted == {"arrived": 2, "requests": 3, "hung": 0}
    assert forgotten == {"arrived": 0, "requests": 0, "hung": 0}


async def test_the_receiver_reads_requests_that_come_together_and_in_parts() -> None:
    request = b"POST / HTTP/1.1\r\nWebhook-Id: %d\r\nContent-Length: 4\r\n\r\nbody"
    async with beside("telecine.simulations.bench.counting", cores=frozenset()) as receiver:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(str(receiver.first["url"]).rpartition(":")[2])
        )
        sent = request % 1 + request % 2 + request % 3
        for part in (sent[:10], sent[10:90], sent[90:]):
            writer.write(part)
            await writer.drain()
        answers = [await reader.readuntil(b"\r\n\r\n") for _ in range(3)]
        writer.close()
        assert [answer.split()[1] for answer in answers] == [b"200"] * 3
        assert set(await receiver.ask("arrivals")) == {"1", "2", "3"}


def test_what_is_started_within_a_place_runs_there_alone() -> None:
    import os

    at = places(1)
    before = os.sched_getaffinity(0)
    with pinned(at.workers[0]):
        within = os.sched_getaffinity(0)

    assert within == (at.workers[0] or before)
    assert os.sched_getaffinity(0) == before
    assert not at.rest & at.workers[0]


def test_processor_time_grows_with_work() -> None:
    import os

    before = cpu_seconds(os.getpid())
    while cpu_seconds(os.getpid()) == before:
        sum(range(10_000))

    assert cpu_seconds(os.getpid()) > before > 0
