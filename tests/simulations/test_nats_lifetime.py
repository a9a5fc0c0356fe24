"""The embedded nats-server goes when its house goes, and not before."""

import os
import signal
from pathlib import Path

import pytest

from telecine.simulations.nats_orphan import runs
from tests.simulations.servers import another_house, line_of, listens, servers_on, store, stored_at
from tests.waiting import until


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_the_server_dies_with_a_house_that_is_killed(tmp_path: Path, loop: str) -> None:
    async with another_house(tmp_path, loop) as (house, url, pid):
        house.kill()
        await house.wait()

        await until(lambda: not runs(pid))
        assert not listens(url)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_ctrl_c_reaches_the_house_and_not_the_server(tmp_path: Path, loop: str) -> None:
    async with another_house(tmp_path, loop) as (house, url, pid):
        await store(url, "hello")

        os.killpg(house.pid, signal.SIGINT)

        assert await line_of(house) == "interrupted -1"
        assert await stored_at(url) == "hello"
        assert servers_on(tmp_path) == [pid]
        assert "Trapped" not in (tmp_path / "nats-server.log").read_text()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_a_house_that_ends_cleanly_stops_its_server(tmp_path: Path, loop: str) -> None:
    async with another_house(tmp_path, loop) as (house, _, pid):
        house.terminate()

        assert await house.wait() == 0
        assert not runs(pid)
        assert not (tmp_path / "nats-server.pid").exists()
