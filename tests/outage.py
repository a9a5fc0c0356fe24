"""A PostgreSQL that can go away: a door of our own before the tests' server, to be shut and opened."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests import postgresql

_SOCKET = ".s.PGSQL.5432"


class Door:
    """What stands between the house and its PostgreSQL. `url` leads through it."""

    def __init__(self, server: Path, folder: Path, url: str) -> None:
        self.url = url
        self._server = server
        self._socket = folder / _SOCKET
        self._listening: asyncio.Server | None = None
        self._inside: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Let everybody in."""
        self._listening = await asyncio.start_unix_server(self._enter, self._socket)

    async def shut(self) -> None:
        """Break every connection, as a server that dies does, and let nobody in."""
        if self._listening:
            self._listening.close()
            self._socket.unlink(missing_ok=True)
        for task in tuple(self._inside):
            task.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._inside.add(task)
        # Whoever is shut out before anything was carried is sent away as well.
        task.add_done_callback(lambda _: writer.transport.abort())
        task.add_done_callback(self._inside.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes both ways until one side ends, or the door is shut."""
        there, back = await asyncio.open_unix_connection(self._server)
        ways = [asyncio.create_task(each) for each in (_copy(reader, back), _copy(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            back.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def doored() -> AsyncIterator[Door]:
    """Answer an open door before an empty database that is gone after the block."""
    folder = Path(tempfile.mkdtemp(prefix="telecine-door-"))  # a socket's path must be short
    try:
        async with postgresql.database() as url:
            place, _, server = url.partition("host=")
            door = Door(Path(server) / _SOCKET, folder, f"{place}host={folder}")
            await door.open()
            try:
                yield door
            finally:
                await door.shut()
    finally:
        shutil.rmtree(folder)
