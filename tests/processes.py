"""`telecine up` as a process of its own, to be killed and started again on the same data."""

import asyncio
import itertools
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.house import ORGS
from tests.waiting import until

READY_WITHIN = 30.0


#: How many ports each worker of a test run has for itself.
_PORTS = 500


def _own_ports() -> Iterator[int]:
    """The ports of this worker in turn, below those handed out to outgoing connections.

    No two workers have one in common, or both might find it free before one takes it. Runs beside
    this one begin elsewhere.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first, begin = 21_000 + worker % 22 * _PORTS, os.getpid()
    return itertools.cycle(first + (begin + each) % _PORTS for each in range(_PORTS))


_ports = _own_ports()


def free_port() -> int:
    """Answer a port that was free a moment ago, another one each time."""
    for port in itertools.islice(_ports, _PORTS):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def stands_still(pid: int) -> bool:
    """Whether a process that was sent SIGSTOP has stopped, with each of its threads: until then it may
    answer."""
    stats = [each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)


async def told_to_stop(
    running: asyncio.subprocess.Process, begun: Callable[[], Any], *, within: float
) -> int:
    """Ask a process to stop as soon as it has begun with something. Answers its exit status; it is gone
    in any case."""
    try:
        await until(begun, deadline=30)
        running.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(running.wait(), within)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


class UpProcess:
    """One `telecine up` after the other on one data folder and one port."""

    def __init__(self, data: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._options = options
        self._env = {"TELECINE_ORGS": json.dumps(ORGS), **(env or {})}
        self._process: asyncio.subprocess.Process | None = None
        self.output = data.parent / f"{data.name}.out"

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        await self.spawn()
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            await until(lambda: self._ready(http), deadline=READY_WITHIN)

    async def spawn(self) -> None:
        """Start it, without waiting."""
        command = [sys.executable, "-m", "telecine.simulations", "up", *self._arguments()]
        with self.output.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdout=output, stderr=output, env={**os.environ, **self._env}
            )

    def _arguments(self) -> list[str]:
        return ["--data", str(self.data), "--port", str(self.port), *self._options]

    async def _ready(self, http: httpx.AsyncClient) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, self.output.read_text()
        try:
            return (await http.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def kill(self) -> None:
        """End it as a power cut would: the process at once, its nats-server with it."""
        await self._end(signal.SIGKILL)

    async def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop. Answers its exit status."""
        return await self._end(with_signal)

    async def _end(self, with_signal: signal.Signals) -> int:
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.send_signal(with_signal)
        status = await asyncio.wait_for(self._process.wait(), 20)
        self._process = None
        return status

    async def verify(self) -> tuple[int, str]:
        """Run `telecine verify` on the data. Answers its exit status and what it printed."""
        verifying = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "telecine.simulations", "verify", "--data", str(self.data)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **self._env},
        )
        output, _ = await verifying.communicate()
        return verifying.returncode or 0, output.decode()


@asynccontextmanager
async def process(
    data: Path, *options: str, env: dict[str, str] | None = None
) -> AsyncIterator[UpProcess]:
    """Run `telecine up`; whatever happens in the block, nothing of it is left behind."""
    up = UpProcess(data, *options, env=env)
    try:
        await up.start()
        yield up
    finally:
        await up.kill()


class Copy:
    """One `telecine run SERVICE` as a process of its own. `output` is what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def output(self) -> str:
        return self._log.read_text()

    @property
    def is_up(self) -> bool:
        """Whether it has said that it is up. Fails if it has ended."""
        assert self._process.returncode is None, self.output
        return " is up" in self.output

    def send(self, with_signal: signal.Signals) -> None:
        """Send it a signal, such as SIGSTOP and SIGCONT."""
        self._process.send_signal(with_signal)

    async def end(self, with_signal: signal.Signals) -> int:
        """End it with a signal. Answers its exit status."""
        if self._process.returncode is None:
            self._process.send_signal(with_signal)
        return await asyncio.wait_for(self._process.wait(), 20)


class Copies:
    """Copies of services, started one by one and gone with the block. Use `copies`."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._folder = folder
        self._env = {**os.environ, "TELECINE_ORGS": json.dumps(ORGS), **env}
        self.all: list[Copy] = []

    async def start(self, service: str, **settings: str) -> Copy:
        """Start one (more) copy of a service, and wait until it is up."""
        copy = await self.spawn(service, **settings)
        await until(lambda: copy.is_up, deadline=READY_WITHIN)
        return copy

    async def spawn(self, service: str, **settings: str) -> Copy:
        """Start a copy, without waiting. `settings` are added to its environment, by name."""
        log = self._folder / f"{service}-{len(self.all)}.out"
        more = {f"TELECINE_{name.upper()}": value for name, value in settings.items()}
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "telecine.simulations", "run", service),
                stdout=output,
                stderr=output,
                env={**self._env, **more},
            )
        self.all.append(Copy(process, log))
        return self.all[-1]


@asynccontextmanager
async def copies(folder: Path, **settings: str) -> AsyncIterator[Copies]:
    """Run copies of services as processes; whatever happens in the block, none is left behind.

    `settings` go to all of them, by name: `nats_url`, `data`, `speed` …
    """
    folder.mkdir(parents=True, exist_ok=True)
    running = Copies(folder, {f"TELECINE_{name.upper()}": v for name, v in settings.items()})
    try:
        yield running
    finally:
        for copy in running.all:
            await copy.end(signal.SIGKILL)
