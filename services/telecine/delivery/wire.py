"""Where the sender looks into aiohttp: its pool, its sockets, its TLS and its trace signals.

All are public hooks. Those that aiohttp calls with nothing of the request in hand find the
attempt through the context variable `watching`.
"""

import socket
import ssl
from time import perf_counter
from types import SimpleNamespace

from aiohttp import (
    AddrInfoType,
    ClientRequest,
    ClientSession,
    ClientTimeout,
    TCPConnector,
    TraceConfig,
)
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from telecine.delivery.watch import endpoint, watching


class WatchedConnector(TCPConnector):
    """A pool that shows each connection to the attempt that is about to use it."""

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        while True:  # ends: every round takes one idle connection out of the pool
            connection = await super().connect(req, traces, timeout)
            if watching.get().takes(connection):
                return connection
            connection.close()


class TimedTLS(ssl.SSLObject):
    """Notes when the handshake begins. Set as the `sslobject_class` of an SSL context."""

    def do_handshake(self) -> None:
        marks = watching.get().recording.marks
        if marks.handshaking is None:
            marks.handshaking = perf_counter()
        super().do_handshake()


def open_socket(address_info: AddrInfoType) -> socket.socket:
    """A socket for one address of the host: every connection passes here, just before it is made."""
    family, kind, protocol, _, address = address_info
    recording = watching.get().recording
    recording.tried.append(endpoint(address))
    if recording.marks.opened is None:
        recording.marks.opened = perf_counter()
    return socket.socket(family, kind, protocol)


def traces() -> TraceConfig:
    """Trace signals into the recording that travels as the request's `trace_request_ctx`."""

    async def wanted(_: ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.marks.wanted = perf_counter()

    async def named(_: ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.marks.named = True

    config = TraceConfig()
    config.on_connection_create_start.append(wanted)
    config.on_dns_resolvehost_start.append(named)
    config.on_dns_cache_hit.append(named)
    return config
