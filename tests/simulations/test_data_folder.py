"""The data folder belongs to one house at a time."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from telecine.simulations.data_folder import DataFolder, DataFolderBusy

HOLDER = """
import sys
from pathlib import Path
from telecine.simulations.data_folder import DataFolder
folder = DataFolder.claim(Path(sys.argv[1]))
folder.write_connection("nats://token@127.0.0.1:4222")
print("claimed", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process_that_claims(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "claimed\n"
            yield process
        finally:
            process.kill()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_claiming_creates_the_folder_for_its_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path / "deep" / "house")

    assert mode(tmp_path / "deep" / "house") == 0o700
    assert mode(tmp_path / "deep" / "house" / "lock") == 0o600
    folder.release()


def test_a_second_claim_in_this_process_is_refused_with_our_own_pid(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)

    with pytest.raises(DataFolderBusy) as refused:
        DataFolder.claim(tmp_path)

    assert refused.value.pid == os.getpid()
    folder.release()


def test_a_claim_is_refused_while_another_process_holds_the_folder(tmp_path: Path) -> None:
    with another_process_that_claims(tmp_path) as holder:
        with pytest.raises(DataFolderBusy) as refused:
            DataFolder.claim(tmp_path)

        assert refused.value.pid == holder.pid
        message = str(refused.value)
        assert str(tmp_path) in message
        assert f"kill {holder.pid}" in message
        assert "--data" in message


def test_a_refused_claim_leaves_the_holders_folder_as_it_is(tmp_path: Path) -> None:
    with another_process_that_claims(tmp_path) as holder:
        for _ in range(2):
            with pytest.raises(DataFolderBusy) as refused:
                DataFolder.claim(tmp_path)

        assert refused.value.pid == holder.pid
        assert DataFolder.read_connection(tmp_path) == "nats://token@127.0.0.1:4222"


def test_a_claim_is_free_again_after_its_holder_was_killed(tmp_path: Path) -> None:
    with another_process_that_claims(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()

    DataFolder.claim(tmp_path).release()


def test_a_released_folder_can_be_claimed_again(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    folder.release()
    folder.release()

    again = DataFolder.claim(tmp_path)

    with pytest.raises(DataFolderBusy):
        DataFolder.claim(tmp_path)
    again.release()


def test_a_program_that_the_holder_starts_does_not_hold_the_folder(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, close_fds=False) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"\n"
        folder.release()

        DataFolder.claim(tmp_path).release()
        child.kill()


def test_the_connection_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)

    folder.write_connection("nats://secret@127.0.0.1:4222")

    assert mode(tmp_path / "nats.url") == 0o600
    assert DataFolder.read_connection(tmp_path) == "nats://secret@127.0.0.1:4222"
    folder.release()


def test_a_connection_written_again_replaces_the_first(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    folder.write_connection("nats://first@127.0.0.1:4222")

    folder.write_connection("nats://second@127.0.0.1:4222")

    assert DataFolder.read_connection(tmp_path) == "nats://second@127.0.0.1:4222"
    folder.release()
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_there_is_no_connection_after_the_release(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    folder.write_connection("nats://secret@127.0.0.1:4222")

    folder.release()

    assert DataFolder.read_connection(tmp_path) is None
    assert not (tmp_path / "nats.url").exists()


def test_there_is_no_connection_in_a_folder_that_nobody_ever_claimed(tmp_path: Path) -> None:
    assert DataFolder.read_connection(tmp_path / "nowhere") is None


def test_what_a_killed_holder_left_is_no_connection(tmp_path: Path) -> None:
    with another_process_that_claims(tmp_path) as holder:
        assert DataFolder.read_connection(tmp_path) is not None
        holder.send_signal(signal.SIGKILL)
        holder.wait()

    assert DataFolder.read_connection(tmp_path) is None

    folder = DataFolder.claim(tmp_path)
    assert DataFolder.read_connection(tmp_path) is None
    folder.release()
