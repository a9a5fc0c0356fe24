"""An attempt's ear on the connection that carries it: the address, the first byte, the end.

aiohttp says none of the three, so a protocol of ours stands between it and the transport.
"""

import asyncio
from contextvars import ContextVar
from time import perf_counter

from aiohttp import ClientResponse, StreamReader
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from telecine.delivery.recording import Recording

# The attempt under way. asyncio copies it into the tasks and transport callbacks that it starts.
watching: ContextVar["Watch"] = ContextVar("watching")


class Watch:
    """Listens for one exchange, from `takes` to `leave`, and writes its recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.content: StreamReader | None = None
        self._tap: Tap | None = None
        self._transport: asyncio.Transport | None = None

    def takes(self, connection: Connection) -> bool:
        """Listen on the connection; False if it must not carry this attempt."""
        transport, protocol = connection.transport, connection.protocol
        if transport is not None and protocol is not None:  # None: lost while it was handed over
            tap = transport.get_protocol()
            self.recording.reused = isinstance(tap, Tap)
            if not isinstance(tap, Tap):
                tap = Tap(protocol)
                transport.set_protocol(tap)
            elif self.recording.fresh_only or tap.spoke_unasked:
                transport.abort()
                return False
            tap.watch, self._tap, self._transport = self, tap, transport
            self.recording.peer = endpoint(transport.get_extra_info("peername"))
        self.recording.marks.ready = perf_counter()
        return True

    def answers(self, response: ClientResponse) -> None:
        """The answer's head is here, its body follows."""
        self.content = response.content
        if self.recording.marks.first_byte is None:  # it came before the tap was in place
            self.recording.marks.first_byte = perf_counter()

    def hears(self, broken: BaseException | None) -> None:
        """Bytes came; `broken` is the parser's complaint about them."""
        if self.recording.marks.first_byte is None:
            self.recording.marks.first_byte = perf_counter()
        # aiohttp 3.14 tells a reader of the body nothing of broken framing: it waited for ever.
        if broken is not None and self.content is not None and not self.content.is_eof():
            self.content.set_exception(broken)

    def leave(self) -> None:
        """Stop listening, and see that a connection given up is gone at once.

        aiohttp closes it politely: what is not written yet is still flushed, and TLS waits for
        the other side's goodbye. A receiver that never reads would hold it open for ever.
        """
        if self._tap is not None:
            self._tap.watch = None
        if self._transport is not None and self._transport.is_closing():
            self._transport.abort()


class Tap(asyncio.Protocol):
    """Sits between a transport and aiohttp's protocol and passes everything on."""

    def __init__(self, inner: ResponseHandler) -> None:
        self._inner = inner
        self.watch: Watch | None = None
        self.spoke_unasked = False  # bytes came with no request out: the next answer is not ours

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)
        if self.watch is None:
            self.spoke_unasked = True
        else:
            self.watch.hears(self._inner.exception())

    def eof_received(self) -> None:  # None: the transport closes itself
        self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


def endpoint(address: tuple[object, ...]) -> str:
    """A socket's address as text: "127.0.0.1:80", "[::1]:80"."""
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"
