"""The embedded nats-server comes back when it dies, until it dies too often."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from telecine.simulations.nats_server import BACKOFF, EmbeddedNats, restart_delay
from tests.simulations.servers import connected, servers_on, store, stored
from tests.waiting import until


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedNats]:
    async with EmbeddedNats(tmp_path) as started:
        yield started


async def test_a_killed_server_comes_back_at_its_address_with_its_data(
    server: EmbeddedNats,
) -> None:
    url, killed = server.url, server.pid
    await store(url, "hello")
    async with connected(url) as client:
        with capture_logs() as logs:
            os.kill(killed, signal.SIGKILL)
            await until(lambda: server.pid != killed)
            await until(lambda: client.stats["reconnects"] and client.is_connected)

        assert server.url == url
        assert await stored(client) == "hello"
    assert [(entry["event"], entry["pid"]) for entry in logs] == [
        ("nats_server.died", killed),
        ("nats_server.restarted", server.pid),
    ]
    assert not server.failed.is_set()


async def test_the_pid_file_follows_a_restart(server: EmbeddedNats, tmp_path: Path) -> None:
    killed = server.pid

    os.kill(killed, signal.SIGKILL)
    await until(lambda: server.pid != killed)

    assert (tmp_path / "nats-server.pid").read_text() == f"{server.pid}\n"
    assert servers_on(tmp_path) == [server.pid]


async def test_a_server_that_keeps_dying_is_given_up_loudly(
    server: EmbeddedNats, tmp_path: Path
) -> None:
    (tmp_path / "nats-server.conf").write_text("{ broken")

    with capture_logs() as logs:
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.wait_for(server.failed.wait(), 20)

    assert [(entry["event"], entry["log_level"]) for entry in logs] == [
        ("nats_server.died", "warning"),
        *[("nats_server.restart_failed", "warning")] * len(BACKOFF),
        ("nats_server.given_up", "error"),
    ]
    assert servers_on(tmp_path) == []


async def test_a_stop_in_the_middle_of_a_restart_leaves_no_process(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path)
    await server.start()
    killed = server.pid
    os.kill(killed, signal.SIGKILL)
    await until(lambda: set(servers_on(tmp_path)) - {killed}, poll=0.001)

    await server.stop()

    assert servers_on(tmp_path) == []


def test_restarts_wait_longer_each_time_and_end_with_the_fifth_recent_death() -> None:
    deaths = [100.0, 100.5, 101.0, 102.0, 103.0]

    delays = [restart_delay(deaths[:n], deaths[n - 1]) for n in range(1, 6)]

    assert delays == [0.0, 0.1, 0.3, 1.0, None]


def test_deaths_of_long_ago_do_not_count() -> None:
    deaths = [100.0, 101.0, 102.0, 103.0, 111.5]

    assert restart_delay(deaths, 111.5) == 0.3
