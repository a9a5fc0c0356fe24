"""A nats-server that a crash left behind is gone before ours opens its store."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from telecine.simulations.nats_binary import find_nats_server
from telecine.simulations.nats_config import Files
from telecine.simulations.nats_orphan import OrphanWillNotDie, runs, stop_orphan
from telecine.simulations.nats_server import EmbeddedNats
from tests.simulations.servers import listens, store, stored_at
from tests.waiting import until


@asynccontextmanager
async def orphan_of(folder: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A server that runs on our config and store, that our pid file names, and nobody minds."""
    server = EmbeddedNats(folder)
    await server.start()
    url = server.url
    await store(url, "before the crash")
    await server.stop()
    config = str(folder.resolve() / "nats-server.conf")
    orphan = nobodys_child(str(find_nats_server()), "-c", config)
    try:
        (folder / "nats-server.pid").write_text(f"{orphan.pid}\n")
        await until(lambda: listens(url))
        yield orphan
    finally:
        orphan.kill()
        orphan.communicate()


def nobodys_child(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


async def test_an_orphan_is_stopped_before_ours_opens_its_store(tmp_path: Path) -> None:
    async with orphan_of(tmp_path) as orphan:
        with capture_logs() as logs:
            async with EmbeddedNats(tmp_path) as server:
                assert not runs(orphan.pid)
                assert await stored_at(server.url) == "before the crash"

    assert ("nats_server.orphan_stopped", "SIGTERM") in [
        (entry["event"], entry.get("signal")) for entry in logs
    ]
    log = (tmp_path / "nats-server.log").read_text()
    assert log.rindex("Server Exiting") > log.rindex(f"[{orphan.pid}]")
    assert log.rindex(f"[{orphan.pid}]") < log.index(f"[{server.pid}]")


async def test_an_orphan_that_hangs_is_killed(tmp_path: Path) -> None:
    files = Files(tmp_path.resolve())
    async with orphan_of(tmp_path) as orphan:
        orphan.send_signal(signal.SIGSTOP)

        await stop_orphan(files.pid, files.config, grace=0.2)

        assert orphan.wait() == -signal.SIGKILL


async def test_a_process_that_only_got_the_orphans_pid_is_left_alone(tmp_path: Path) -> None:
    with nobodys_child(sys.executable, "-c", "import sys; sys.stdin.read()") as stranger:
        (tmp_path / "nats-server.pid").write_text(f"{stranger.pid}\n")

        async with EmbeddedNats(tmp_path):
            assert stranger.poll() is None

        stranger.kill()


async def test_the_server_of_another_folder_is_no_orphan_of_ours(
    tmp_path: Path,
) -> None:
    async with EmbeddedNats(tmp_path / "theirs") as theirs:
        pid = theirs.pid
        (tmp_path / "ours").mkdir()
        (tmp_path / "ours" / "nats-server.pid").write_text(f"{pid}\n")

        async with EmbeddedNats(tmp_path / "ours"):
            assert theirs.pid == pid
            assert runs(pid)


@pytest.mark.parametrize("text", ["", "not a pid"])
async def test_a_pid_file_with_no_pid_of_a_server_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / "nats-server.pid").write_text(text)

    async with EmbeddedNats(tmp_path) as server:
        assert runs(server.pid)


async def test_an_orphan_that_outlives_a_kill_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Files(tmp_path.resolve())
    async with orphan_of(tmp_path) as orphan:
        with monkeypatch.context() as deaf:
            deaf.setattr(os, "kill", lambda *_: None)
            with pytest.raises(OrphanWillNotDie, match=f"kill -9 {orphan.pid}"):
                await stop_orphan(files.pid, files.config, grace=0.0)
