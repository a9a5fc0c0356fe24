"""The one HTTP door: a socket that is bound before anything starts, and a server on it."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from telecine.shared.errors import Refusal

#: Seconds that a connection may be idle. Clients keep theirs for less (httpx 5, aiohttp 15, proxies 60);
#: with uvicorn's own 5 both let go at the same moment, and a request went out on what was being closed.
IDLE = 75


def bind(host: str, port: int) -> socket.socket:
    """Bind the door; port 0 takes a free one. Raises Refusal with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen()  # now, not later: two houses may bind one port, only one can listen on it
    except (OSError, OverflowError) as error:
        door.close()
        raise Refusal("invalid", _why(host, port, error), "port") from error
    return door


def _why(host: str, port: int, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is in use: stop what listens there, or choose another --port"
        )
    return f"cannot listen on {host} port {port} ({error}): choose another --host or --port"


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: whoever started us decides when we stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, door: socket.socket) -> AsyncIterator[None]:
    """Serve HTTP while the block lasts; open requests get five seconds to end."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[door]), name="http")
    try:
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await task
