"""The messages that a durable consumer has given us and that are not done yet: kept, and given back."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from telecine.shared.wire.bus import Bus
from telecine.shared.wire.place import place_of

log = structlog.get_logger()

#: Seconds after which the server gives an unacknowledged message to somebody else.
ACK_WAIT = 5.0


class Holding:
    """What one copy holds of a durable consumer's messages; `freed` is told how many are done."""

    def __init__(
        self,
        bus: Bus,
        stream: str,
        durable: str,
        filters: list[str],
        *,
        window: int,
        ack_wait: float = ACK_WAIT,
        freed: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._bus = bus
        self.stream = stream
        self.durable = durable
        self.ack_wait = ack_wait
        self._window = window
        self._freed = freed
        self._held: dict[int, Msg] = {}  # by their position in the stream
        self.config = ConsumerConfig(
            durable_name=durable,
            filter_subjects=filters,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ack_wait,
            max_ack_pending=max(4 * window, 1000),
            deliver_policy=DeliverPolicy.ALL,
        )

    async def ensure(self) -> str:
        """Make the consumer where it is missing; answer its name."""
        await self._bus.js.add_consumer(self.stream, self.config)
        return self.durable

    @property
    def room(self) -> int:
        """How many more messages may be taken."""
        return self._window - len(self._held)

    def holds(self, message: Msg) -> bool:
        """Whether we hold a message, however often it was sent."""
        return place_of(message).position in self._held

    def takes(self, message: Msg) -> bool:
        """Hold a message; False if we do: a server that was killed sends again what we hold."""
        if self.holds(message):
            return False
        self._held[place_of(message).position] = message
        return True

    def done(self, *messages: Msg) -> None:
        """Hold messages no more."""
        for message in messages:
            self._held.pop(place_of(message).position, None)
        self._freed(len(messages))

    def forget(self) -> None:
        """Hold nothing any more; who begins anew is given it again."""
        self._held.clear()

    async def keep(self) -> None:
        """Ask for more time for everything that we have held for a while."""
        asked: frozenset[int] = frozenset()  # what was here a period ago
        while True:
            await asyncio.sleep(self.ack_wait / 3)
            if not self._bus.is_connected:
                continue  # a dead server's consumer waits for nobody, and our buffer would fill up
            try:
                for place in asked & self._held.keys():
                    if message := self._held.get(place):
                        await self._bus.still_working(message)
            except NatsError as error:
                log.warning("pull.not_kept", stream=self.stream, error=repr(error))
            asked = frozenset(self._held)

    async def give_back(self) -> None:
        """Return what is held to whoever pulls next, in its order."""
        held = [message for _, message in sorted(self._held.items())]
        if not held or not self._bus.is_connected:
            return
        with suppress(NatsError, TimeoutError):
            # Asked, the server drops our requests; else it would first try to serve them with what
            # comes back, and put that behind the rest.
            await self._bus.js.consumer_info(self.stream, self.durable)
        # Whatever fails here comes to the next pull after the ack wait.
        await asyncio.gather(*map(self._bus.give_back, held), return_exceptions=True)
