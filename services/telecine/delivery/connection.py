"""One connection to a receiver: plain or with TLS, one exchange at a time, kept while it behaves."""

import asyncio
from time import perf_counter
from typing import Protocol, cast

from telecine.delivery.exchange import Exchange
from telecine.delivery.failure import broken_off, failure_of
from telecine.delivery.outcome import Failure
from telecine.delivery.reading import MAX_WIRE, BadAnswer, Reading
from telecine.delivery.tls import Ended, Tls


class Home(Protocol):
    """Where a connection goes when it has nothing to do."""

    def take_in(self, connection: "Connection") -> None:
        """It is idle, and good for one more exchange."""

    def forget(self, connection: "Connection") -> None:
        """It is no more."""


class Connection(asyncio.Protocol):
    """Carries exchanges, the first from the moment that it stands.

    `address` is the vetted one that its socket was opened to, `peer` the same with the port.
    """

    __slots__ = (
        "_exchange",
        "_home",
        "_made",
        "_reading",
        "_sealed",
        "_tls",
        "address",
        "idle_since",
        "opened_at",
        "origin",
        "peer",
        "transport",
    )

    transport: asyncio.Transport  # once it is made, and
    _reading: Reading

    def __init__(
        self, home: Home, exchange: Exchange, address: str, peer: str, tls: Tls | None
    ) -> None:
        self._home = home
        self._exchange: Exchange | None = exchange
        self._tls = tls
        self._sealed = 0  # bytes that came for TLS since the last request
        self._made = False
        self.origin = exchange.origin
        self.address = address
        self.peer = peer
        self.opened_at = self.idle_since = perf_counter()

    # ---- what the pool and the exchange ask of it

    def carry(self, exchange: Exchange) -> None:
        """Adopt an exchange. Its request is still to be written."""
        self._exchange = exchange
        exchange.is_wanted = False
        exchange.carrier = self
        exchange.recording.peer = self.peer

    def write_request(self) -> None:
        """Write the request of the exchange that it carries, if that is not given up already."""
        exchange, tls = self._exchange, self._tls
        if exchange is None:
            return
        exchange.recording.ready = now = perf_counter()
        try:
            if tls is None:
                self.transport.write(exchange.request)
            else:
                self._sealed = 0
                self.transport.write(tls.seal(exchange.request))
        except Exception as error:  # noqa: BLE001 - it was dead already: as any other stale one
            self._leave(exchange, broken_off(exchange.recording, error), now)
            self.abort()

    def abort(self) -> None:
        """Be gone at once: nothing is flushed, nobody's goodbye is waited for."""
        self._exchange = None
        if self._made:
            self.transport.abort()

    def close(self) -> None:
        """Take leave of a receiver that owes nothing."""
        if self._tls is not None:
            self.transport.write(self._tls.goodbye())
        self.transport.close()

    # ---- what the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._made = True
        self._reading = Reading()
        exchange = self._exchange
        if exchange is None or exchange.future.done() or not exchange.is_wanted:
            self.abort()  # it was given up meanwhile, or another connection was quicker
            return
        self.carry(exchange)
        if self._tls is None:
            self.write_request()
        else:
            exchange.recording.handshaking = perf_counter()
            self.data_received(b"")  # begins the handshake

    def data_received(self, data: bytes) -> None:
        try:
            if self._tls is None:
                self._read(data)
            else:
                self._unseal(self._tls, data)
        except Exception as error:  # noqa: BLE001 - no receiver may end a worker; all is classed
            self._go_wrong(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._home.forget(self)
        exchange = self._exchange
        if exchange is not None:
            began = exchange.recording.first_byte is not None
            whole = exc is None and began and self._reading.end()
            failure = None if whole else broken_off(exchange.recording, exc)
            self._leave(exchange, failure, perf_counter())
        self._reading.close()

    # ---- the exchange

    def _unseal(self, tls: Tls, data: bytes) -> None:
        self._sealed += len(data)
        if self._sealed > 2 * MAX_WIRE:
            raise BadAnswer(f"{self._sealed} bytes of TLS have come for one answer")
        tls.came(data)
        try:
            if not tls.stands and tls.shake():
                self.write_request()
            while tls.stands and (piece := tls.read()):
                self._read(piece)
        except Ended:
            self.transport.abort()  # what that means for the answer, `connection_lost` says
            return
        self.transport.write(tls.outgoing())

    def _read(self, data: bytes) -> None:
        exchange, reading = self._exchange, self._reading
        if exchange is None:
            self.abort()  # nobody asked: what comes next would not be the next answer
            return
        recording, now = exchange.recording, perf_counter()
        if recording.ready is None:  # nobody has asked yet
            self._leave(exchange, broken_off(recording, None), now)
            self.abort()
            return
        if recording.first_byte is None:
            recording.first_byte = now
            try:
                reading.begin(data)
            finally:
                recording.answer = reading.answer
        else:
            reading.feed(data)
        if reading.done:
            self._leave(exchange, None, now)
            if reading.reusable and not reading.unasked and self._is_at_rest():
                self.idle_since = now
                self._home.take_in(self)
            else:
                self.transport.abort()

    def _is_at_rest(self) -> bool:
        """Nothing is still to be written: else the receiver has answered what it did not read."""
        return not (self.transport.get_write_buffer_size() or self.transport.is_closing())

    def _leave(self, exchange: Exchange, failure: Failure | None, now: float) -> None:
        self._exchange = exchange.carrier = None
        exchange.end(failure, now)

    def _go_wrong(self, error: Exception) -> None:
        exchange = self._exchange
        if exchange is not None:
            self._leave(exchange, failure_of(error, exchange.recording), perf_counter())
        if self._tls is not None and not self._tls.stands:
            self.transport.write(self._tls.outgoing())  # the alert that says why
            self.transport.close()
        else:
            self.transport.abort()
