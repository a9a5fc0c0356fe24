"""A part of a benchmark in a process of its own, which is asked by lines of JSON and answers by one."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from telecine.shared.errors import TelecineError
from telecine.simulations.bench.cores import Cores, pinned

#: Bytes of one answer: the arrivals of a long run are one line.
_LONGEST = 2**30
#: Seconds that it has to end.
_GRACE = 10.0


class Beside:
    """One such process. Use `beside`. `first` is the line that it has begun with."""

    def __init__(self, process: asyncio.subprocess.Process, first: dict[str, Any]) -> None:
        self._process = process
        self.first = first

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Send a question and wait for its answer. Raises TelecineError if the process has ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"ask": what, **more}).encode() + b"\n")
        return await _line(self._process)


@asynccontextmanager
async def beside(module: str, *arguments: str, cores: Cores) -> AsyncIterator[Beside]:
    """Run a module as a process while the block lasts; it ends when its standard input does."""
    with pinned(cores):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST,
        )
    try:
        yield Beside(process, await _line(process))
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _GRACE)
    if process.returncode is None:
        process.kill()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise TelecineError(f"a part of the benchmark ended with {await process.wait()}")
    found: dict[str, Any] = json.loads(line)
    return found
