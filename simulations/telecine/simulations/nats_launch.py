"""One start of a nats-server: from its command to its first answer, or to nothing left of it."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from telecine.shared.errors import TelecineError
from telecine.simulations.child_process import ChildProcess
from telecine.simulations.data_folder import write_private
from telecine.simulations.nats_config import HOST, Files, Identity

TAIL_BYTES = 4096
TAIL_LINES = 20


class NatsServerFailed(TelecineError):
    """The embedded nats-server did not come up; the message ends with what it logged."""


class PortTaken(NatsServerFailed):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} of {HOST} is in use by another program: "
            "stop that program, or choose another port"
        )
        self.port = port


async def launch(
    command: Sequence[str], identity: Identity, files: Files, within: float
) -> ChildProcess:
    """Start a server and answer it once it takes connections, at most `within` seconds later.

    Raises PortTaken and NatsServerFailed; after these, and when cancelled, no process is left.
    """
    log_start = files.log.stat().st_size
    process = ChildProcess(command, files.log)
    try:
        write_private(files.pid, f"{process.pid}\n")
        if await _answers(process, identity, within):
            return process
        raise _failure(process.exit_code, within, identity.port, _tail(files.log, log_start))
    except BaseException:
        process.kill()
        files.pid.unlink(missing_ok=True)
        raise


async def _answers(process: ChildProcess, identity: Identity, within: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while process.exit_code is None:
                # By its name: whoever took the port before ours may be a nats-server as well.
                if await _name_at(identity.port) == identity.name:
                    return True
                await asyncio.sleep(0.01)
    return False


async def _name_at(port: int) -> object:
    """Answer the name that a NATS server gives in its INFO line, None if no such server talks."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                kind, _, info = (await reader.readline()).partition(b" ")
                return json.loads(info)["server_name"] if kind == b"INFO" else None
            finally:
                writer.close()
    except (OSError, ValueError, KeyError, TypeError):  # a TimeoutError is an OSError
        return None


def _failure(exit_code: int | None, within: float, port: int, tail: str) -> NatsServerFailed:
    if exit_code is not None and "address already in use" in tail:
        return PortTaken(port)
    what = (
        f"did not answer within {within:g} s"
        if exit_code is None
        else f"ended with exit code {exit_code} before it answered"
    )
    return NatsServerFailed(f"nats-server {what}. Its log says:\n{tail or '(nothing)'}")


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        size = file.seek(0, 2)
        # The server may have rotated its log, which is then shorter than it was.
        file.seek(max(start if start <= size else 0, size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-TAIL_LINES:])
