"""Taking a stream's messages strictly in its order, whoever took some before and did not finish.

A consumer gives what its last user held when that was killed only after its ack wait, behind later
messages. So who begins here rewinds it first to what is acknowledged without a gap, and whoever gets
a message out of turn does not take it, and rewinds again: one behind a gap (somebody else holds what
lies between), or one from before what was taken here, which is not held here (somebody else did).
"""

from collections.abc import Callable

import structlog
from nats.aio.msg import Msg

from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pull import HandleGroup, Pull

log = structlog.get_logger()

#: Seconds that a request stays open: less than a lease lasts without its owner, so that nobody else
#: is given anything any more when the next one begins.
EXPIRES = 2.0


class InOrder(Pull):
    """A pull for one user at a time. `may_ask`: whether we still are that one; if not, nothing more is
    asked for. `whole`: the filters take everything of a stream from which nothing is ever deleted, so
    that a gap means that somebody else has what lies between. Without it that shows when what they
    had comes back; then what was handled behind it is handled again, in order.
    """

    def __init__(
        self,
        bus: Bus,
        stream: str,
        durable: str,
        filters: list[str],
        handle: HandleGroup,
        *,
        most: int,
        may_ask: Callable[[], bool],
        whole: bool = True,
    ) -> None:
        super().__init__(
            bus, stream, durable, filters, handle, most=most, expires=EXPIRES, apart=True
        )
        self._may_ask = may_ask
        self._whole = whole
        self._expected = 0

    def _room(self) -> int:
        return super()._room() if self._may_ask() else 0

    async def _ensure(self) -> str:
        """Begin where all before is done; what is under way here is finished first."""
        durable = await super()._ensure()
        while self._busy:
            self._idle.clear()
            await self._idle.wait()
        self._forget()
        self._expected = await self._bus.rewind(self._stream, durable)
        log.debug("pull.rewound", consumer=durable, position=self._expected)
        return durable

    def _forget(self) -> None:
        self._holding.forget()
        while not self._waiting.empty():
            self._waiting.get_nowait()

    def _take(self, message: Msg) -> None:
        position = message.metadata.sequence.stream
        if position == self._expected or (position > self._expected and not self._whole):
            self._expected = position + 1
            super()._take(message)
        elif position > self._expected or not self._holding.holds(message):
            log.info("pull.gap", stream=self._stream, expected=self._expected, got=position)
            self._lingering.begin_anew()

    async def _give_back(self) -> None:
        """The next one rewinds, and so has it without being given anything."""
