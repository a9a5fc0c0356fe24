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
        "_transport",
        "address",
        "idle_since",
        "opened_at",
        "origin",
        "peer",
    )

    _transport: asyncio.Transport  # once it is made

    def __init__(
        self, home: Home, exchange: Exchange, address: str, peer: str, tls: Tls | None
    ) -> None:
        self._home = home
        self._exchange: Exchange | None = exchange
        self._tls = tls
        self._sealed = 0  # bytes that came for TLS since the last request
        self._reading = Reading()
        self._made = False
        self.origin = exchange.origin
        self.address = address
        self.peer = peer
        self.opened_at = self.idle_since = perf_counter()

    # ---- what the pool and the exchange ask of it

    def carry(self, exchange: Exchange) -> None:
        """Send a request and read its answer. Only while it is idle."""
        exchange.recording.reused = True
        self._adopt(exchange)
        try:
            self._write_request(exchange)
        except Exception as error:  # noqa: BLE001 - it was dead already: as any other stale one
            self._leave(exchange, broken_off(exchange.recording, error))
            self.abort()

    def abort(self) -> None:
        """Be gone at once: nothing is flushed, nobody's goodbye is waited for."""
        self._exchange = None
        if self._made:
            self._transport.abort()

    def close(self) -> None:
        """Take leave of a receiver that owes nothing."""
        if self._tls is not None:
            self._transport.write(self._tls.goodbye())
        self._transport.close()

    @property
    def is_closing(self) -> bool:
        return self._transport.is_closing()

    # ---- what the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._made = True
        exchange = self._exchange
        if exchange is None or exchange.future.done():  # given up meanwhile
            self.abort()
            return
        self._adopt(exchange)
        if self._tls is None:
            self._write_request(exchange)
        else:
            exchange.recording.marks.handshaking = perf_counter()
            self._take(b"")

    def data_received(self, data: bytes) -> None:
        self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._home.forget(self)
        exchange = self._exchange
        if exchange is not None:
            stood = exchange.recording.marks.ready is not None
            whole = exc is None and stood and self._reading.end()
            self._leave(exchange, None if whole else broken_off(exchange.recording, exc))

    # ---- the exchange

    def _adopt(self, exchange: Exchange) -> None:
        self._exchange = exchange
        exchange.carrier = self
        exchange.recording.peer = self.peer

    def _write_request(self, exchange: Exchange) -> None:
        exchange.recording.marks.ready = perf_counter()
        self._reading.begin(exchange.recording)
        tls, self._sealed = self._tls, 0
        self._transport.write(exchange.request if tls is None else tls.seal(exchange.request))

    def _take(self, data: bytes) -> None:
        try:
            if self._tls is None:
                self._read(data)
            else:
                self._unseal(self._tls, data)
        except Exception as error:  # noqa: BLE001 - no receiver may end a worker; all is classed
            self._go_wrong(error)

    def _unseal(self, tls: Tls, data: bytes) -> None:
        self._sealed += len(data)
        if self._sealed > 2 * MAX_WIRE:
            raise BadAnswer(f"{self._sealed} bytes of TLS have come for one answer")
        tls.came(data)
        try:
            if not tls.stands and tls.shake() and self._exchange is not None:
                self._write_request(self._exchange)
            while tls.stands and (piece := tls.read()):
                self._read(piece)
        except Ended:
            self._transport.abort()  # what that means for the answer, `connection_lost` says
            return
        self._transport.write(tls.outgoing())

    def _read(self, data: bytes) -> None:
        exchange = self._exchange
        if exchange is None:
            self.abort()  # nobody asked: what comes next would not be the next answer
            return
        marks = exchange.recording.marks
        if marks.first_byte is None:
            marks.first_byte = perf_counter()
        self._reading.feed(data)
        if self._reading.done:
            self._leave(exchange, None)
            self._rest()

    def _rest(self) -> None:
        """Wait for the next exchange, if the last one left all in order."""
        reading, transport = self._reading, self._transport
        in_order = reading.reusable and not reading.unasked
        # Bytes that are still to be written: the receiver has answered what it did not read.
        if in_order and not transport.get_write_buffer_size() and not transport.is_closing():
            self._home.take_in(self)
        else:
            transport.abort()

    def _leave(self, exchange: Exchange, failure: Failure | None) -> None:
        self._exchange = exchange.carrier = None
        exchange.end(failure)

    def _go_wrong(self, error: Exception) -> None:
        exchange = self._exchange
        if exchange is not None:
            self._leave(exchange, failure_of(error, exchange.recording))
        if self._tls is not None and not self._tls.stands:
            self._transport.write(self._tls.outgoing())  # the alert that says why
            self._transport.close()
        else:
            self._transport.abort()
