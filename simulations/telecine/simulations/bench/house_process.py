"""A house in a process of its own, so that who measures it does not slow it down."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from telecine.shared.tasks import alongside
from telecine.simulations.clients.api import HouseUnreachable

_ADDRESS = re.compile(r"http://[^\s/]+:\d+")
_START = 30.0


@dataclass(frozen=True)
class HouseProcess:
    """Where its door is, and which process it is."""

    url: str
    pid: int


@asynccontextmanager
async def house_process(**settings: str) -> AsyncIterator[HouseProcess]:
    """Run `telecine up` in a temporary folder while the block lasts; it begins when it is ready.

    `settings` by name, as `TELECINE_<NAME>`; whatever else the environment says does not count.
    Raises HouseUnreachable if it does not start.
    """
    with TemporaryDirectory(prefix="telecine-") as folder:
        process = await _spawned(Path(folder), settings)
        try:
            async with asyncio.timeout(_START):
                url = await _address(process, Path(folder))
            assert process.stdout is not None
            async with alongside("the house's output", _drained(process.stdout)):
                yield HouseProcess(url, process.pid)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _spawned(folder: Path, settings: dict[str, str]) -> asyncio.subprocess.Process:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TELECINE_")}
    named = {f"TELECINE_{name.upper()}": value for name, value in settings.items()}
    command = ["-m", "telecine.simulations", "up", "--port", "0", "--data", str(folder / "data")]
    with (folder / "errors").open("wb") as errors:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**kept, **named},
        )


async def _address(process: asyncio.subprocess.Process, folder: Path) -> str:
    """Wait for the address that `up` prints when it is ready."""
    assert process.stdout is not None
    async for line in process.stdout:
        if found := _ADDRESS.search(line.decode()):
            return found.group()
    why = (folder / "errors").read_text().strip()[-500:]
    raise HouseUnreachable(f"`telecine up` ended before it was ready: {why}")


async def _drained(output: asyncio.StreamReader) -> None:
    while await output.read(65536):
        continue
    await asyncio.Event().wait()  # whoever reads beside us decides when this ends
