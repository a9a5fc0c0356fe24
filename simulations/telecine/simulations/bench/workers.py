"""Delivery workers as processes of their own: `telecine run delivery`, each on a core if there is one."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from telecine.shared.errors import TelecineError
from telecine.simulations.bench.cores import Cores, cpu_seconds, pinned
from telecine.simulations.bench.memory import resident
from telecine.simulations.child_process import tied

_START = 60.0
_GRACE = 10.0


class Workers:
    """The workers that run. Use `running`."""

    def __init__(self, processes: list[asyncio.subprocess.Process]) -> None:
        self._processes = processes

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def cpu_seconds(self) -> float:
        """Answer the processor time of all of them until now."""
        return sum(map(cpu_seconds, self.pids))

    def megabytes(self) -> float:
        """Answer the resident memory of all of them now."""
        return sum(map(resident, self.pids))


@asynccontextmanager
async def running(
    cores: tuple[Cores, ...], settings: Mapping[str, str], folder: Path
) -> AsyncIterator[Workers]:
    """Run a worker on each set of cores while the block lasts; it begins when all are up.

    `settings` by name, as `TELECINE_<NAME>`; whatever else the environment says does not count. What
    they log is in files of `folder`. Raises TelecineError if one does not start.
    """
    processes: list[asyncio.subprocess.Process] = []
    try:
        for number, on in enumerate(cores):
            errors = folder / f"worker-{number}.log"
            processes.append(await _spawned(on, settings, errors))
        for number, process in enumerate(processes):
            await _up(process, folder / f"worker-{number}.log")
        yield Workers(processes)
    finally:
        await asyncio.gather(*map(_end, processes))


async def _spawned(
    cores: Cores, settings: Mapping[str, str], errors: Path
) -> asyncio.subprocess.Process:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TELECINE_")}
    named = {f"TELECINE_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "telecine.simulations", "run", "delivery"]
    with pinned(cores), errors.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            *tied(command, os.getpid(), sys.platform),
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
            env={**kept, **named},
        )


async def _up(process: asyncio.subprocess.Process, errors: Path) -> None:
    assert process.stdout is not None
    with suppress(TimeoutError):
        async with asyncio.timeout(_START):
            async for line in process.stdout:
                if b" is up" in line:
                    return
    why = errors.read_text().strip()[-500:]
    raise TelecineError(f"a delivery worker did not start: {why}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE)
    if process.returncode is None:
        process.kill()
    await process.wait()
