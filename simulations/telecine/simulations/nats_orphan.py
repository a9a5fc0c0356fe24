"""The server that a crash left running: it must be gone before another opens its store.

Two servers on one store corrupt it, and nats-server itself takes no lock.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import structlog

from telecine.shared.errors import TelecineError

log = structlog.get_logger()


class OrphanWillNotDie(TelecineError):
    """A nats-server of an earlier crash still has our store, and even a kill did not end it."""

    def __init__(self, pid: int) -> None:
        super().__init__(
            f"nats-server {pid}, left behind by a crash, holds this data folder's store and "
            f"cannot be stopped: end it by hand (kill -9 {pid})"
        )
        self.pid = pid


async def stop_orphan(pid_file: Path, config: Path, grace: float) -> None:
    """Stop the nats-server that the file names if it runs our config, and wait until it is gone.

    It has `grace` seconds to end by itself, then it is killed. Any other process, which only got
    the same pid since, is left alone. Raises OrphanWillNotDie.
    """
    pid = _read(pid_file)
    if pid is None or not runs(pid) or not _is_ours(pid, config):
        return
    log.warning("nats_server.orphan_found", pid=pid)
    for order in (signal.SIGTERM, signal.SIGKILL):
        if await _gone(pid, order, grace):
            log.info("nats_server.orphan_stopped", pid=pid, signal=order.name)
            return
    raise OrphanWillNotDie(pid)


def runs(pid: int) -> bool:
    """Say whether a process can still do anything.

    A zombie cannot, and in a container it may stay for ever, as nobody reaps it; but while a
    thread of it is left, that thread may still be writing.
    """
    if sys.platform != "linux":
        state = _ps(pid, "state")
        return bool(state) and not state.startswith("Z")
    try:
        threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
        return threads > 1 or _stat(pid)[1] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def command_line(pid: int) -> str:
    """Answer a process's command with its arguments; empty if it is gone or on its way out."""
    if sys.platform != "linux":
        return _ps(pid, "command")
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return os.fsdecode(b" ".join(words))


async def _gone(pid: int, order: signal.Signals, within: float) -> bool:
    try:
        os.kill(pid, order)
    except ProcessLookupError:
        return True
    end = time.monotonic() + within
    while runs(pid):
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.01)
    return True


def _read(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _is_ours(pid: int, config: Path) -> bool:
    command = command_line(pid)
    if command:
        return f"nats-server -c {config}" in command
    return _is_a_dying_server(pid)


def _is_a_dying_server(pid: int) -> bool:
    # A process loses its command line before its files: it has to be awaited all the same.
    if sys.platform != "linux":
        return False
    try:
        return _stat(pid)[0] == "nats-server"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _stat(pid: int) -> tuple[str, str]:
    """Answer a process's name and state (Linux)."""
    head, _, tail = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    return head.partition("(")[2], tail.split()[0]


def _ps(pid: int, column: str) -> str:
    command = ["ps", "-ww", "-o", f"{column}=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
