"""The receiver that benchmarks send to: as little as HTTP allows, with the moment of each webhook."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
_END = b"\r\n\r\n"


class Target:
    """Answers 200 to every request. `arrivals`: by `webhook-id`, when its first bytes came."""

    def __init__(self) -> None:
        self.url = ""
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self.arrivals: dict[str, float] = {}
        self.requests = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen on a free port of this machine while the block lasts."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}/"
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(_END)).decode("latin-1").lower()
                began = time()
                await reader.readexactly(int(_field(head, "content-length") or 0))
                self.requests += 1
                self.arrivals.setdefault(_field(head, "webhook-id") or str(self.requests), began)
                writer.write(_ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def _field(head: str, name: str) -> str | None:
    _, found, rest = head.partition(f"\r\n{name}: ")
    return rest.partition("\r\n")[0] if found else None
