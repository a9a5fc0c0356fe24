"""`telecine bench delivery` accounts for every delivery; how fast they are made no test says."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest

from telecine.shared.errors import Refusal
from telecine.simulations.bench.beside import beside
from telecine.simulations.bench.cores import cpu_seconds, pinned, places
from telecine.simulations.bench.delivery_plan import Wish
from telecine.simulations.bench.nginx import arrivals, chosen, config, installed

#: Those that this machine has.
RECEIVERS = ["ours", *(["nginx"] if installed() else [])]
COUNTING = {
    "ours": ("telecine.simulations.bench.counting",),
    "nginx": ("telecine.simulations.bench.nginx", str(installed())),
}

NAMES = {
    *("deliveries_per_second", "bare_per_second", "ratio", "p50_ms", "p99_ms"),
    *("cpu_us_per_delivery", "workers", "database", "receiver", "lost", "duplicates"),
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
@pytest.mark.parametrize("receiver", RECEIVERS)
async def test_a_small_run_loses_nothing_and_says_so_under_the_published_names(
    receiver: str,
) -> None:
    options = ("--deliveries", "200", "--rounds", "1", "--rate", "100", "--seconds", "1")

    status, found = await bench(*options, "--attempts-stored", "50", "--receiver", receiver)

    assert found.keys() >= NAMES
    assert (found["lost"], found["workers"], found["database"]) == (0, 1, "sqlite")
    assert (found["receiver"], found["duplicates"]) == (receiver, 0)
    assert found["recorded"] == found["deliveries"] == 500  # the round before warms up
    assert status == 0


@pytest.mark.parametrize("receiver", RECEIVERS)
async def test_the_receiver_counts_a_repeated_webhook_as_a_duplicate(
    receiver: str, tmp_path: Path
) -> None:
    import httpx

    module, *arguments = COUNTING[receiver]
    folder = str(tmp_path / "receiver")
    async with beside(module, *arguments, folder, cores=frozenset()) as running:
        async with httpx.AsyncClient(base_url=running.first["url"], trust_env=False) as http:
            for name in ("one", "two", "one"):
                await http.post("/", content=b"x" * 100_000, headers={"webhook-id": name})
        counted = await running.ask("count")
        assert set(await running.ask("arrivals")) == {"one", "two"}
        await running.ask("forget")
        forgotten = await running.ask("count")

    assert counted == {"arrived": 2, "requests": 3, "hung": 0}
    assert forgotten == {"arrived": 0, "requests": 0, "hung": 0}


@pytest.mark.parametrize(
    ("wish", "program", "hang", "expected"),
    [
        ("auto", "/bin/nginx", False, "/bin/nginx"),
        ("auto", None, False, None),
        ("auto", "/bin/nginx", True, None),
        ("ours", "/bin/nginx", False, None),
        ("nginx", "/bin/nginx", False, "/bin/nginx"),
    ],
)
def test_nginx_receives_where_there_is_one_and_nothing_is_to_hang(
    wish: Wish, program: str | None, hang: bool, expected: str | None
) -> None:
    assert chosen(wish, program, hang=hang) == expected


@pytest.mark.parametrize(
    ("program", "hang", "said"), [(None, False, "install it"), ("/bin/nginx", True, "--hang")]
)
def test_an_nginx_that_cannot_be_is_refused_with_what_to_do(
    program: str | None, hang: bool, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        chosen("nginx", program, hang=hang)


def test_nginx_writes_to_its_folder_alone_and_keeps_connections() -> None:
    written = config(Path("/somewhere"), 4711)
    assert "listen 127.0.0.1:4711 " in written
    assert "keepalive_requests 1000000000;" in written
    assert "return 200;" in written
    places = re.findall(r" (/\S+?);", written.replace("arrivals.log arrivals", "arrivals.log"))
    assert len(places) == 8
    assert all(place.startswith("/somewhere/") for place in places)


def test_the_log_of_nginx_is_read_as_moments_by_webhook_id() -> None:
    log = b"1795851234.567 msg_1\n1795851234.570 -\n1795851235.001 msg_1\n"

    assert list(arrivals(log)) == [
        (b"msg_1", 1795851234.567),
        (b"-", 1795851234.57),
        (b"msg_1", 1795851235.001),
    ]


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
