"""Leading: of the copies of a service one does what must not be done side by side, the others wait.

Commands and queries are every copy's; only the work inside `reign` is the leader's. When it stops, or
is killed or paused, another copy takes over within seconds (lease.py).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from nats.errors import Error as NatsError

from telecine.shared.copies.lease import Lease, candidate
from telecine.shared.errors import TelecineError
from telecine.shared.tasks import unless
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

#: What a leader does, for as long as the block lasts.
Reign = Callable[[Lease], AbstractAsyncContextManager[None]]

#: Seconds between two tries to lead.
_PAUSE = 0.2


@asynccontextmanager
async def leading(bus: Bus, name: str, owner: str, reign: Reign) -> AsyncIterator[None]:
    """Be one who may lead while the block lasts; it begins when this one leads, or another does.

    It leads whenever the lease is its own, until that is lost.
    """
    leader = _Leader(bus, name, owner, reign)
    life = asyncio.create_task(leader.live(), name=f"lead {name}")
    try:
        await leader.placed.wait()
        yield
    finally:
        leader.stopping.set()
        await asyncio.wait({life})


class _Leader:
    def __init__(self, bus: Bus, name: str, owner: str, reign: Reign) -> None:
        self.stopping = asyncio.Event()
        self.placed = asyncio.Event()
        self._bus = bus
        self._name = name
        self._owner = owner
        self._reign = reign

    async def live(self) -> None:
        """Lead, again and again, until `stopping`."""
        while not self.stopping.is_set():
            try:
                async with candidate(self._bus, self._name, self._owner) as lease:
                    if await unless(self.stopping, lease.acquire(self.placed.set)):
                        await self._lead(lease)
            except Exception as error:
                expected = isinstance(error, TelecineError | NatsError | TimeoutError)
                log.warning(
                    "lead.interrupted",
                    what=self._name,
                    error=repr(error),
                    exc_info=not expected,
                )
                await unless(self.stopping, asyncio.sleep(_PAUSE))

    async def _lead(self, lease: Lease) -> None:
        async with self._reign(lease):  # all of it ends before the lease does
            self.placed.set()
            await unless(self.stopping, lease.lost.wait())
