"""Connections that have nothing to do: kept for a while, given to whom they fit, and never too many."""

import asyncio
from collections import deque
from time import perf_counter

from telecine.delivery.connection import Connection
from telecine.delivery.target import Origin
from telecine.delivery.vetting import Vetting

IDLE = 15.0  # seconds that a connection is kept for nothing; servers of our kind wait longer
AGE = 300.0  # seconds that it is used for in all: a name that has moved is followed by then
CAP = 512  # idle connections; one more, and the one that has been idle for longest goes


class Pool:
    """The idle connections by origin, the latest one first to go out again, as it is the safest.

    Moments are seconds of `perf_counter`.
    """

    def __init__(self, vetting: Vetting, loop: asyncio.AbstractEventLoop) -> None:
        self._vetting = vetting
        self._loop = loop
        self._sweeping: asyncio.TimerHandle | None = None
        self._connections: set[Connection] = set()  # all there are, busy and idle
        self._by_origin: dict[Origin, deque[Connection]] = {}
        self._idle: dict[Connection, None] = {}  # the one that has been idle for longest first

    def add(self, connection: Connection) -> None:
        """There is a new connection, at work."""
        self._connections.add(connection)

    def give(self, origin: Origin, now: float) -> Connection | None:
        """Answer an idle connection to an origin, which is idle no more; None if there is none."""
        waiting = self._by_origin.get(origin)
        while waiting:
            connection = waiting.pop()
            del self._idle[connection]
            if connection.transport.is_closing():
                continue
            fits = (
                now - connection.idle_since < IDLE
                and now - connection.opened_at < AGE
                and self._vetting.allows(connection.address)
            )
            if fits:
                return connection
            connection.close()
        return None

    def take_in(self, connection: Connection) -> None:
        """Keep a connection that is idle now."""
        waiting = self._by_origin.get(connection.origin)
        if waiting is None:
            waiting = self._by_origin[connection.origin] = deque()
        waiting.append(connection)
        self._idle[connection] = None
        if len(self._idle) > CAP:
            self._drop(next(iter(self._idle)))
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(IDLE, self._sweep)

    def forget(self, connection: Connection) -> None:
        """A connection is no more."""
        self._connections.discard(connection)
        self._withdraw(connection)
        if not self._by_origin.get(connection.origin, True):
            del self._by_origin[connection.origin]

    def end(self) -> None:
        """Take leave of all that is idle, and let go of the rest at once."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connection in list(self._connections):
            if connection in self._idle:
                self._drop(connection)
            else:
                connection.abort()

    def _sweep(self) -> None:
        """Close what has been idle for too long, and come again for the next one."""
        self._sweeping = None
        now = perf_counter()
        while self._idle:
            oldest = next(iter(self._idle))
            left = oldest.idle_since + IDLE - now
            if left > 0:
                self._sweeping = self._loop.call_later(left, self._sweep)
                break
            self._drop(oldest)

    def _drop(self, connection: Connection) -> None:
        self._withdraw(connection)
        connection.close()

    def _withdraw(self, connection: Connection) -> None:
        if connection in self._idle:
            del self._idle[connection]
            self._by_origin[connection.origin].remove(connection)
