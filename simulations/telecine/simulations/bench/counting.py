"""A receiver that counts, as a process of its own: `python -m telecine.simulations.bench.counting`.

As little as HTTP allows, so that it costs what is measured little: a request is read by its
`content-length`, known by its `webhook-id`, and answered 200. One whose path begins with `/hang` is never
answered.
"""

import asyncio
import re
import sys
from time import time
from typing import Any

from telecine.simulations.bench.answering import answering, say

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ID = re.compile(rb"\r\nwebhook-id: *([^\r]+)", re.IGNORECASE)
_HANG = b"POST /hang"


class Counts:
    """What has come: by `webhook-id` the moment of its first bytes, and how many requests in all."""

    def __init__(self) -> None:
        self.arrivals: dict[bytes, float] = {}
        self.hung: set[bytes] = set()
        self.requests = 0

    def take(self, name: bytes, moment: float) -> None:
        """Count a request that was answered."""
        self.requests += 1
        self.arrivals.setdefault(name, moment)

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer what a benchmark asks: to forget all, to count, or when each came."""
        match asked["ask"]:
            case "forget":
                self.arrivals, self.hung, self.requests = {}, set(), 0
                return {}
            case "arrivals":
                return {name.decode(): moment for name, moment in self.arrivals.items()}
            case _:
                found = len(self.arrivals)
                return {"arrived": found, "requests": self.requests, "hung": len(self.hung)}


class Counting(asyncio.Protocol):
    """One connection. A request may come in parts, and several may come at once."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._held = b""
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        if self._held:
            data = self._held + data
        else:
            self._began = time()
        while data:
            end = data.find(_END) + len(_END)
            length = _LENGTH.search(data, 0, end) if end >= len(_END) else None
            whole = end + int(length[1]) if length else end
            if end < len(_END) or len(data) < whole:
                break
            self._take(data, end)
            data = data[whole:]
        self._held = data

    def _take(self, data: bytes, end: int) -> None:
        counts = self._counts
        found = _ID.search(data, 0, end)
        name = found[1] if found else str(counts.requests).encode()
        if data.startswith(_HANG):
            counts.hung.add(name)
            return
        counts.take(name, self._began)
        assert self._transport is not None
        self._transport.write(_ANSWER)


async def main() -> None:
    """Listen on a free port of this machine, say which, and answer questions until they end."""
    counts = Counts()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Counting(counts), "127.0.0.1", 0, backlog=1024)
    say({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"})
    await answering(counts.answer)
    server.close()


if __name__ == "__main__":
    if sys.platform == "win32":
        asyncio.run(main())
    else:
        import uvloop

        uvloop.run(main())
