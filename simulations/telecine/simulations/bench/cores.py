"""Processor time of processes, and which cores they run on."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STAT = Path("/proc/self/stat")

Cores = frozenset[int]


@dataclass(frozen=True)
class Places:
    """Where the parts of a benchmark run; empty: wherever the system likes."""

    workers: tuple[Cores, ...]
    rest: Cores


def places(workers: int) -> Places:
    """Answer a core for each worker and the others for the rest; nothing is pinned if they are too few."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) <= workers:
        return Places((frozenset(),) * workers, frozenset())
    return Places(tuple(frozenset({core}) for core in cores[:workers]), frozenset(cores[workers:]))


@contextmanager
def pinned(cores: Cores) -> Iterator[None]:
    """Have what this thread starts in the block run on these cores alone."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """Answer the processor time that a process has used, in seconds; 0 if it is gone."""
    return _from_proc(pid) if _STAT.exists() else _from_ps(pid)


def _from_proc(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()  # behind the name, which may hold anything
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _from_ps(pid: int) -> float:
    """Answer the same where there is no /proc (macOS): [hours:]minutes:seconds."""
    listed = subprocess.run(
        ["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    seconds = 0.0
    for part in listed.stdout.strip().split(":"):
        seconds = 60 * seconds + float(part or 0)
    return seconds
