"""The nats-server inside `telecine up`: ours alone, revived when it dies, gone when we are."""

import asyncio
import secrets
import socket
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import structlog

from telecine.simulations import nats_room
from telecine.simulations.child_process import ChildProcess
from telecine.simulations.data_folder import write_private
from telecine.simulations.nats_binary import find_nats_server
from telecine.simulations.nats_config import HOST, LOG_LIMIT, Files, Identity, render
from telecine.simulations.nats_launch import NatsServerFailed, PortTaken, launch
from telecine.simulations.nats_orphan import stop_orphan

log = structlog.get_logger()

#: Below what Linux and macOS hand out to outgoing connections: while the server is being
#: restarted no client's socket can take its port, nor connect to itself there.
PORTS = range(20_000, 32_768)
PORT_CHOICES = 20
READY_WITHIN = 10.0
#: Longer than at the start: a server that was killed first reads its whole store again.
RESTARTED_WITHIN = 60.0
#: Seconds that a server has to end by itself before it is killed.
GRACE = 5.0
#: Seconds before the restart that follows the first, second … recent death; then we give up.
BACKOFF = (0.0, 0.1, 0.3, 1.0)
RECENT = 10.0


class EmbeddedNats:
    """The house's own nats-server with JetStream, on a data folder that the caller has claimed.

    It listens on 127.0.0.1 with a random token. When it dies it is restarted on the same port
    with the same token; when it keeps dying, `failed` is set and nothing more is tried.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        sync_always: bool = False,
        ready_within: float = READY_WITHIN,
    ) -> None:
        self.failed = asyncio.Event()
        self._files = Files(folder.resolve())
        self._port = port
        self._sync_always = sync_always
        self._ready_within = ready_within
        self._identity: Identity | None = None
        self._process: ChildProcess | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._making_room: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address with its token, for clients; the same over all restarts until `stop`."""
        if self._identity is None:
            raise RuntimeError("the embedded nats-server was not started")
        return self._identity.url

    @property
    def pid(self) -> int:
        """The server's process now; another one after each restart."""
        if self._process is None:
            raise RuntimeError("the embedded nats-server was not started")
        return self._process.pid

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the server and wait until it answers; whatever fails, no process is left.

        Raises NatsBinaryMissing, OrphanWillNotDie, NatsServerFailed and, for a port that was
        asked for, PortTaken.
        """
        if self._supervisor is not None:
            raise RuntimeError("the embedded nats-server was started already")
        command = [str(find_nats_server()), "-c", str(self._files.config)]
        self._files.store.mkdir(mode=0o700, parents=True, exist_ok=True)
        await stop_orphan(self._files.pid, self._files.config, GRACE)
        _bound(self._files.log)
        process, identity = await self._launch_on_a_free_port(command)
        self._process, self._identity = process, identity
        self.failed.clear()
        self._supervisor = asyncio.create_task(
            self._supervise(command, process, identity), name="nats-server"
        )
        self._making_room = asyncio.create_task(self._make_room(identity), name="nats-server room")

    async def stop(self) -> None:
        """Stop the server, by force if it takes longer than 5 s; its data stays."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is None or self._process is None:
            return
        tasks = [task for task in (supervisor, self._making_room) if task]
        try:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self._process.stop(GRACE)
        finally:
            self._process.kill()
            self._files.pid.unlink(missing_ok=True)

    async def _launch_on_a_free_port(self, command: list[str]) -> tuple[ChildProcess, Identity]:
        choice = 1
        while True:
            identity = _new_identity(free_port() if self._port is None else self._port)
            config = render(identity, self._files, sync_always=self._sync_always)
            write_private(self._files.config, config)
            try:
                return await launch(command, identity, self._files, self._ready_within), identity
            except PortTaken:
                if self._port is not None or choice == PORT_CHOICES:
                    raise
            choice += 1

    async def _supervise(
        self, command: list[str], process: ChildProcess, identity: Identity
    ) -> None:
        deaths: deque[float] = deque(maxlen=len(BACKOFF) + 1)
        revived: ChildProcess | None = process
        while revived is not None:
            self._process = revived
            code = await revived.ended()
            log.warning("nats_server.died", pid=revived.pid, exit_code=code)
            revived = await self._revive(command, identity, deaths)
        log.error("nats_server.given_up", deaths=len(deaths), log=str(self._files.log))
        self.failed.set()

    async def _make_room(self, identity: Identity) -> None:
        """Restart a server that has given up writing, as soon as there is room."""
        async with nats_room.asking() as http:
            while True:
                await asyncio.sleep(nats_room.LOOK)
                if await nats_room.gave_up_writing(http, identity.monitor) and self._process:
                    room = nats_room.has_room(self._files.store)
                    log.warning("nats_server.stores_nothing", pid=self._process.pid, room=room)
                    if room:
                        await self._process.stop(GRACE)  # it is revived like one that died

    async def _revive(
        self, command: list[str], identity: Identity, deaths: deque[float]
    ) -> ChildProcess | None:
        while True:
            deaths.append(time.monotonic())
            delay = restart_delay(deaths, deaths[-1])
            if delay is None:
                return None
            await asyncio.sleep(delay)
            try:
                process = await launch(command, identity, self._files, RESTARTED_WITHIN)
            except (NatsServerFailed, OSError, RuntimeError) as error:  # no more files, threads
                log.warning("nats_server.restart_failed", error=str(error))
            else:
                log.info("nats_server.restarted", pid=process.pid, port=identity.port)
                return process


def restart_delay(deaths: Sequence[float], now: float) -> float | None:
    """Answer the seconds to wait before the next restart, None to give up.

    `deaths` and `now` are moments of one clock, in seconds; only those of the last 10 s count.
    """
    recent = sum(1 for death in deaths if now - death < RECENT)
    return BACKOFF[recent - 1] if recent <= len(BACKOFF) else None


def free_port() -> int:
    """Answer a port of 127.0.0.1 that nobody has at this moment."""
    for port in secrets.SystemRandom().sample(PORTS, k=100):
        with socket.socket() as probe, suppress(OSError):
            # As nats-server does: without it a port with connections of the past looks taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return port
    raise NatsServerFailed(f"no free port between {PORTS.start} and {PORTS.stop}")


def _new_identity(port: int) -> Identity:
    while (monitor := free_port()) == port:
        continue
    return Identity(f"telecine-{secrets.token_hex(8)}", port, secrets.token_hex(32), monitor)


def _bound(server_log: Path) -> None:
    # nats-server bounds its log while it writes; of one that is too long when it starts it would
    # keep a copy every time.
    if not server_log.exists() or server_log.stat().st_size > LOG_LIMIT:
        write_private(server_log, "")
