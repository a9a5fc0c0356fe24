"""The embedded nats-server starts, stores, answers us alone, and stops."""

import asyncio
import json
import os
import signal
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telecine.simulations import nats_server
from telecine.simulations.data_folder import DataFolder
from telecine.simulations.nats_orphan import command_line, runs
from telecine.simulations.nats_server import PORTS, EmbeddedNats
from tests.simulations.servers import connected, listens, servers_on, store, stored_at


async def answer_to(token: str | None, url: str) -> str:
    """What the server says to a greeting with this token, byte for byte."""
    host, port = url.rpartition("@")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    greeting = {"verbose": False} | ({"auth_token": token} if token else {})
    writer.write(f"CONNECT {json.dumps(greeting)}\r\nPING\r\n".encode())
    await asyncio.wait_for(reader.readline(), 10)  # INFO
    answer = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    await writer.wait_closed()
    return answer.decode().strip()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedNats]:
    async with EmbeddedNats(tmp_path) as started:
        yield started


async def test_the_server_stores_and_answers(server: EmbeddedNats) -> None:
    await store(server.url, "hello")

    assert await stored_at(server.url) == "hello"


async def test_the_server_takes_messages_of_one_mebibyte(server: EmbeddedNats) -> None:
    async with connected(server.url) as client:
        assert client.max_payload == 1024**2


async def test_the_server_listens_on_loopback_outside_the_ports_of_clients(
    server: EmbeddedNats,
) -> None:
    port = int(server.url.rpartition(":")[2])

    assert port in PORTS
    assert listens(f"nats://127.0.0.1:{port}")
    assert not listens(f"nats://127.0.0.2:{port}")


async def test_nobody_connects_without_the_token(server: EmbeddedNats) -> None:
    token = server.url.removeprefix("nats://").partition("@")[0]

    assert await answer_to(token, server.url) == "PONG"
    assert await answer_to(None, server.url) == "-ERR 'Authorization Violation'"
    assert await answer_to(token[:-1], server.url) == "-ERR 'Authorization Violation'"


async def test_the_token_is_not_on_the_command_line(server: EmbeddedNats) -> None:
    token = server.url.removeprefix("nats://").partition("@")[0]

    command = command_line(server.pid)

    assert "nats-server" in command
    assert len(token) == 64
    assert token not in command


async def test_files_are_readable_by_their_owner_alone(
    server: EmbeddedNats, tmp_path: Path
) -> None:
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}

    assert files == {
        "nats": 0o700,
        "nats-server.conf": 0o600,
        "nats-server.log": 0o600,
        "nats-server.pid": 0o600,
    }
    assert (tmp_path / "nats-server.pid").read_text() == f"{server.pid}\n"


async def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / 'films "of" $HOME, é\\n'
    async with EmbeddedNats(folder) as server:
        await store(server.url, "hello")

    async with EmbeddedNats(folder) as server:
        assert await stored_at(server.url) == "hello"


async def test_data_outlives_a_stop_and_a_token_does_not(tmp_path: Path) -> None:
    async with EmbeddedNats(tmp_path, sync_always=True) as first:
        await store(first.url, "hello")

    async with EmbeddedNats(tmp_path) as second:
        assert await stored_at(second.url) == "hello"
        assert first.url.partition("@")[0] != second.url.partition("@")[0]


async def test_every_write_is_synced_if_asked_for(tmp_path: Path) -> None:
    async with EmbeddedNats(tmp_path, sync_always=True):
        config = json.loads((tmp_path / "nats-server.conf").read_text())

    assert config["jetstream"]["sync_interval"] == "always"


async def test_a_stopped_server_leaves_no_process_and_no_pid_file(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path)
    await server.start()
    pid = server.pid

    await server.stop()
    await server.stop()

    assert not runs(pid)
    assert not (tmp_path / "nats-server.pid").exists()
    assert "Server Exiting" in (tmp_path / "nats-server.log").read_text()


async def test_a_server_that_does_not_stop_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_server, "GRACE", 0.1)
    server = EmbeddedNats(tmp_path)
    await server.start()
    os.kill(server.pid, signal.SIGSTOP)

    await server.stop()

    assert servers_on(tmp_path) == []


async def test_a_stop_that_is_cancelled_kills_the_server(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path)
    await server.start()
    os.kill(server.pid, signal.SIGSTOP)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await server.stop()

    assert servers_on(tmp_path) == []


async def test_a_stop_that_is_cancelled_at_once_kills_the_server(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path)
    await server.start()
    stop = asyncio.create_task(server.stop())
    await asyncio.sleep(0)  # one step: it has told its supervisor, and no more

    stop.cancel()
    await asyncio.wait([stop])

    assert stop.cancelled()
    assert servers_on(tmp_path) == []


async def test_a_server_cannot_be_started_twice(server: EmbeddedNats, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="started already"):
        await server.start()

    assert servers_on(tmp_path) == [server.pid]


async def test_a_stopped_server_can_be_started_again(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path)
    await server.start()
    await store(server.url, "hello")
    await server.stop()

    async with server:
        assert await stored_at(server.url) == "hello"


async def test_the_server_does_not_hold_the_folders_lock(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    async with EmbeddedNats(tmp_path):
        folder.release()

        DataFolder.claim(tmp_path).release()
