"""One house owns one data folder: the lock that says so, and the address others join it by."""

import fcntl
import os
import time
from pathlib import Path
from typing import Self

from telecine.shared.errors import TelecineError

LOCK = "lock"
CONNECTION = "nats.url"
#: Seconds that a holder may take between its lock and its pid; it needs microseconds.
PID_WRITTEN_WITHIN = 0.5


class DataFolderBusy(TelecineError):
    """Another house holds the data folder; `pid` is its process, None if it did not say."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        stop = "it" if pid is None else f"it (kill {pid})"
        super().__init__(
            f"the data folder {path} is in use by {holder}: "
            f"stop {stop}, or pass another folder with --data"
        )
        self.path = path
        self.pid = pid


class DataFolder:
    """The data folder of a running house. Use `claim` to get one."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock: int | None = lock

    @classmethod
    def claim(cls, path: Path) -> Self:
        """Take the folder for this process until `release` or its end; create it if need be.

        Raises DataFolderBusy if another claim, of this process or another, holds it.
        """
        path = path.resolve()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # flock, not lockf: a second claim in this very process must be refused as well.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
            (path / CONNECTION).unlink(missing_ok=True)  # a crash left it: nobody answers there
        except BlockingIOError:
            os.close(lock)
            raise DataFolderBusy(path, _awaited_holder(path)) from None
        except BaseException:
            os.close(lock)
            raise
        return cls(path, lock)

    def release(self) -> None:
        """Give the folder back; a second call does nothing."""
        if self._lock is None:
            return
        lock, self._lock = self._lock, None
        (self.path / CONNECTION).unlink(missing_ok=True)
        # The file stays: whoever removed it could remove the one that the next house has locked.
        os.close(lock)

    def write_connection(self, url: str) -> None:
        """Leave the NATS address, token and all, for this user's other commands."""
        write_private(self.path / CONNECTION, url + "\n")

    @staticmethod
    def holds_a_house(path: Path) -> bool:
        """Whether a house has ever run on this folder."""
        return (path / LOCK).exists()

    @staticmethod
    def read_connection(path: Path) -> str | None:
        """Answer the NATS address of the house that runs on this folder, None if none does."""
        pid = _holder(path)
        if pid is None or not _lives(pid):
            return None
        try:
            return (path / CONNECTION).read_text().strip() or None
        except FileNotFoundError:
            return None


def write_private(path: Path, text: str) -> None:
    """Replace a file at once by one that only its owner may read."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(path)


def _awaited_holder(path: Path) -> int | None:
    end = time.monotonic() + PID_WRITTEN_WITHIN
    while (pid := _holder(path)) is None and time.monotonic() < end:
        time.sleep(0.005)
    return pid


def _holder(path: Path) -> int | None:
    try:
        return int((path / LOCK).read_text())
    except (FileNotFoundError, ValueError):
        return None


def _lives(pid: int) -> bool:
    # Asked of the process, not of the lock: to try the lock could refuse a house that starts.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
