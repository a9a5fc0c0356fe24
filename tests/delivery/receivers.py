"""Receivers on raw sockets, scripted a byte at a time: what no well-behaved server would do."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from telecine.delivery.sender import WebhookRequest
from tests.waiting import until

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def answer(status: int, label: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} {label}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Request:
    """A request as it came: the head's lines, the body, the port that it came from."""

    lines: list[str]
    body: bytes
    client_port: int

    @property
    def headers(self) -> dict[str, str]:
        pairs = (line.split(": ", 1) for line in self.lines[1:])
        return {name.lower(): value for name, value in pairs}


@dataclass
class Receiver:
    """What a scripted receiver has seen: its requests, and its connections still open."""

    port: int = 0
    scheme: str = "http"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Wire:
    """One accepted connection, in a script's hands."""

    receiver: Receiver
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> Request:
        head = await self.reader.readuntil(b"\r\n\r\n")
        port: int = self.writer.get_extra_info("peername")[1]
        bare = Request(head.decode("latin-1").split("\r\n")[:-2], b"", port)
        body = await self.reader.readexactly(int(bare.headers["content-length"]))
        request = Request(bare.lines, body, port)
        self.receiver.requests.append(request)
        return request

    async def say(self, data: bytes) -> None:
        if self.writer.is_closing():  # uvloop's own error for it is a RuntimeError
            raise ConnectionResetError
        self.writer.write(data)
        await self.writer.drain()

    async def until_closed(self) -> int:
        """Hold the line until the sender has gone; answers how many bytes still came."""
        count = 0
        with suppress(ConnectionError):
            while chunk := await self.reader.read(65536):
                count += len(chunk)
        return count

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self.writer.transport.abort()


Script = Callable[[Wire], Awaitable[object]]


def answering(*answers: bytes) -> Script:
    """Answer the requests of a connection in turn, the last answer for ever, and keep it open."""

    async def script(wire: Wire) -> None:
        turn = 0
        while True:
            await wire.request()
            await wire.say(answers[min(turn, len(answers) - 1)])
            turn += 1

    return script


def once(*parts: bytes, then: Callable[[Wire], object] = lambda wire: None) -> Script:
    """Read one request, say the parts, do `then`, and hold on until the sender has gone."""

    async def script(wire: Wire) -> None:
        await wire.request()
        for part in parts:
            await wire.say(part)
            await asyncio.sleep(0.01)  # so that the parts arrive apart
        then(wire)
        await wire.until_closed()

    return script


def dripping(*parts: bytes) -> Script:
    """Say the parts, then one byte every hundredth of a second for ever: never quite silent."""

    async def script(wire: Wire) -> None:
        await wire.request()
        for part in parts:
            await wire.say(part)
        while True:
            await wire.say(b"a")
            await asyncio.sleep(0.01)

    return script


async def endless_body(wire: Wire) -> None:
    await wire.request()
    await wire.say(b"HTTP/1.1 500 Oops\r\n\r\n")
    while True:
        await wire.say(b"x" * 65536)


@asynccontextmanager
async def receiving(
    script: Script, *, tls: ssl.SSLContext | None = None, buffer: int | None = None
) -> AsyncIterator[Receiver]:
    """Run a script for every connection; `buffer` bytes of receive buffer, if given."""
    receiver = Receiver(scheme="https" if tls else "http")

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        receiver.connections += 1
        receiver.open.add(writer)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await script(Wire(receiver, reader, writer))
        finally:
            receiver.open.discard(writer)
            writer.transport.abort()

    listener = socket.create_server(("127.0.0.1", 0))
    if buffer is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    receiver.port = listener.getsockname()[1]
    server = await asyncio.start_server(accept, sock=listener, ssl=tls)
    try:
        yield receiver
    finally:
        server.close()
        for writer in receiver.open:
            writer.transport.abort()  # a script that reads or writes ends with this
        await until(lambda: not receiver.open)


@contextmanager
def refusing() -> Iterator[str]:
    """The URL of a port that refuses connections, and that nobody else is given meanwhile."""
    with socket.socket() as bound:  # it does not listen
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def webhook(
    to: Receiver | str,
    headers: Mapping[str, str] | None = None,
    *,
    body: bytes = b"{}",
    timeout: float = 10.0,
) -> WebhookRequest:
    """A webhook to a receiver or a URL; its deadline is far off unless it is what is tested."""
    url = to if isinstance(to, str) else to.url
    return WebhookRequest(url, headers or {"webhook-id": "msg_1"}, body, timeout)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Slow:
    """A receiver that answers nobody before it `may_end`."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()

    async def take(self, wire: Wire) -> None:
        await wire.request()
        await self.may_end.wait()
        await wire.say(answer(200, "OK", "Connection: close"))
        await wire.until_closed()
