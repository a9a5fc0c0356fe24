"""Resident memory of a process and of those it has started."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from telecine.shared.tasks import alongside

_EVERY = 0.25
_PROC = Path("/proc")


class Peak:
    """The most megabytes that were seen at one moment."""

    def __init__(self) -> None:
        self.megabytes = 0.0


@asynccontextmanager
async def watching(pid: int) -> AsyncIterator[Peak]:
    """Watch a process and its children while the block lasts."""
    peak = Peak()

    async def watch() -> None:
        while True:
            peak.megabytes = max(peak.megabytes, resident(pid))
            await asyncio.sleep(_EVERY)

    async with alongside(f"memory of {pid}", watch()):
        yield peak


def resident(pid: int) -> float:
    """Answer the resident megabytes of a process and its children, as they are now."""
    table = _from_proc() if _PROC.joinpath("self", "status").exists() else _from_ps()
    kilobytes = sum(size for each, parent, size in table if pid in {each, parent})
    return kilobytes / 1024


def _from_proc() -> list[tuple[int, int, int]]:
    """Answer (process, its parent, kilobytes) of every process, from Linux itself."""
    found = []
    for status in _PROC.glob("[0-9]*/status"):
        try:
            lines = status.read_text().splitlines()
        except OSError:
            continue  # it has just ended
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        size = fields.get("VmRSS", "0").split()[0]
        found.append((int(fields["Pid"]), int(fields["PPid"]), int(size)))
    return found


def _from_ps() -> list[tuple[int, int, int]]:
    """Answer the same where there is no /proc (macOS)."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [(int(pid), int(parent), int(size)) for pid, parent, size in rows]
