"""Makes a connection for an exchange: finds the addresses, vets them, and takes the first that answers."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from telecine.delivery.connection import Connection
from telecine.delivery.exchange import Exchange
from telecine.delivery.failure import failure_of, no_connection, unresolved
from telecine.delivery.outcome import Failure
from telecine.delivery.pool import Pool
from telecine.delivery.racing import first_of, interleaved
from telecine.delivery.tls import Tls
from telecine.delivery.vetting import Forbidden, Vetting
from telecine.shared.sending.names import Resolver
from telecine.shared.tasks import Crew

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
        self._calls = Crew("dialling")

    def dial(self, exchange: Exchange) -> None:
        """Begin to make a connection for an exchange, which is then its carrier or has ended it."""
        exchange.recording.wanted = perf_counter()
        exchange.carrier = _Call(self._calls.spawn(self._make(exchange)))

    async def stop(self) -> None:
        """Give up every connection that is being made."""
        await self._calls.stop()

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
            await first_of(
                [
                    _Try(exchange, address, self._connection, self._pool.forget)
                    for address in interleaved(addresses)[:_TRIES]
                ]
            )
        except OSError as error:
            return no_connection(recording.tried or origin.host, error)
        return None

    def _connection(self, exchange: Exchange, address: str) -> Connection:
        """Answer the connection that is to be made. Raises Forbidden."""
        self._vetting.socket(address)
        origin, recording = exchange.origin, exchange.recording
        recording.tried = peer = shown(address, origin.port)
        if recording.opened is None:
            recording.opened = perf_counter()
        tls = Tls(self._tls, origin.server_name) if origin.scheme == "https" else None
        connection = Connection(self._pool, exchange, address, peer, tls)
        self._pool.add(connection)
        return connection


@dataclass(slots=True)
class _Try:
    """An address to connect to, for an exchange if it still waits."""

    exchange: Exchange
    address: str
    begin: Callable[[Exchange, str], Connection]
    forget: Callable[[Connection], None]
    connection: Connection | None = None

    async def make(self) -> None:
        """Connect. Raises OSError, and Forbidden before anybody is called."""
        self.connection = connection = self.begin(self.exchange, self.address)
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(
                lambda: connection, self.address, self.exchange.origin.port
            )
        except BaseException:
            connection.abort()
            self.forget(connection)
            raise

    def give_up(self) -> bool:
        """Let go of the connection, if nobody carries the exchange yet."""
        if not self.exchange.is_wanted:
            return False
        if self.connection is not None:
            self.connection.abort()  # it may stand before its task ends, and would send
        return True


class _Call:
    """The carrier of an exchange that is waiting for its connection."""

    def __init__(self, call: asyncio.Task[None]) -> None:
        self._call = call

    def abort(self) -> None:
        self._call.cancel()


def shown(address: str, port: int) -> str:
    """An address with its port as text: "127.0.0.1:80", "[::1]:80"."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
