"""Makes a connection for an exchange: finds the addresses, vets them, and takes the first that answers."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from functools import partial
from time import perf_counter

from telecine.delivery.connection import Connection
from telecine.delivery.exchange import Exchange
from telecine.delivery.failure import failure_of, no_connection, unresolved
from telecine.delivery.names import Resolver
from telecine.delivery.outcome import Failure
from telecine.delivery.pool import Pool
from telecine.delivery.racing import first_of, interleaved
from telecine.delivery.recording import Recording
from telecine.delivery.tls import Tls
from telecine.delivery.vetting import Forbidden, Vetting

_TRIES = 8  # addresses of one host that are tried


class Dialling:
    """Dials, a task for each connection. The exchange goes on over it without a task."""

    def __init__(
        self, vetting: Vetting, resolver: Resolver, pool: Pool, tls: ssl.SSLContext
    ) -> None:
        self._vetting = vetting
        self._resolver = resolver
        self._pool = pool
        self._tls = tls
        self._calls: set[asyncio.Task[None]] = set()

    def dial(self, exchange: Exchange) -> None:
        """Begin to make a connection for an exchange, which is then its carrier or has ended it."""
        exchange.recording.wanted = perf_counter()
        call = asyncio.create_task(self._make(exchange))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        exchange.carrier = _Call(call)

    async def stop(self) -> None:
        """Give up every connection that is being made."""
        calls = list(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def _make(self, exchange: Exchange) -> None:
        try:
            failure = await self._connect(exchange)
        except Forbidden as error:
            failure = Failure("egress", str(error))
        except Exception as error:  # noqa: BLE001 - no name server or address may end a worker
            failure = failure_of(error, exchange.recording)
        if failure is not None:
            exchange.carrier = None
            exchange.end(failure, perf_counter())

    async def _connect(self, exchange: Exchange) -> Failure | None:
        origin, recording = exchange.origin, exchange.recording
        addresses: Sequence[str] = [origin.host]
        if origin.is_name:
            recording.named = True
            try:
                addresses = await self._resolver(origin.host)
            except OSError as error:
                return unresolved(origin.host, error)
            self._vetting.answer(origin.host, addresses)
        try:
            address, opened = await first_of(
                [
                    partial(self._reach, address, origin.port, recording)
                    for address in interleaved(addresses)[:_TRIES]
                ]
            )
        except OSError as error:
            return no_connection(recording.tried or origin.host, error)
        await self._stand(exchange, address, opened)
        return None

    async def _reach(
        self, address: str, port: int, recording: Recording
    ) -> tuple[str, socket.socket]:
        """Connect a socket to an address. Raises OSError, and Forbidden before anybody is called."""
        self._vetting.socket(address)
        ((family, _, _, _, where), *_) = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )
        recording.tried = shown(address, port)
        if recording.opened is None:
            recording.opened = perf_counter()
        opened = open_socket(family)
        try:
            await asyncio.get_running_loop().sock_connect(opened, where)
        except BaseException:
            opened.close()
            raise
        return address, opened

    async def _stand(self, exchange: Exchange, address: str, opened: socket.socket) -> None:
        """Have a connection take over the socket and the exchange."""
        origin = exchange.origin
        connection = None
        try:
            tls = Tls(self._tls, origin.server_name) if origin.scheme == "https" else None
            peer = shown(address, origin.port)
            connection = Connection(self._pool, exchange, address, peer, tls)
            self._pool.add(connection)
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: connection, sock=opened)
        except BaseException:
            if connection is not None:
                connection.abort()
                self._pool.forget(connection)
            opened.close()
            raise


class _Call:
    """The carrier of an exchange that is waiting for its connection."""

    def __init__(self, call: asyncio.Task[None]) -> None:
        self._call = call

    def abort(self) -> None:
        self._call.cancel()


def open_socket(family: int) -> socket.socket:
    """Every socket of the sender's comes from here."""
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setblocking(False)
    return opened


def shown(address: str, port: int) -> str:
    """An address with its port as text: "127.0.0.1:80", "[::1]:80"."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
