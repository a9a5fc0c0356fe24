"""The fan-out: done by one copy of subscriptions at a time, in the order of the logs.

Matching two facts in two copies would owe them in any order. So one copy leads, the others only answer
commands and queries; see docs/decisions, "The fan-out is in order".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from telecine.platforms.pack import Fidelity
from telecine.shared.bus import Bus
from telecine.shared.database import Database
from telecine.shared.eventlog import EventLog
from telecine.shared.in_order import InOrder
from telecine.shared.lease import Lease
from telecine.shared.tasks import alongside
from telecine.shared.virtual_time import VirtualClock
from telecine.subscriptions.audience import Audience
from telecine.subscriptions.chains import AT_ONCE, Chains
from telecine.subscriptions.matching import ABREAST, MATCHED, Matching
from telecine.subscriptions.owing import Owing
from telecine.subscriptions.view import EndpointView

#: The name of the lease.
LEASE = "fan-out"
#: Virtual time for which a chain remembers what was in it, and seconds between two looks for older.
REMEMBERED = timedelta(days=30)
SWEEP = 60.0
#: Seconds between two deletions while there is more to delete.
BREATH = 0.1


class FanOut:
    """What the leading copy does."""

    def __init__(
        self, bus: Bus, database: Database, clock: VirtualClock, *, name: str, fidelity: Fidelity
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._name = name
        self._chains = Chains(database)
        self._audience = Audience(EndpointView(database), fidelity)

    @asynccontextmanager
    async def reign(self, lease: Lease) -> AsyncIterator[None]:
        """Match everybody's facts while the block lasts."""
        await lease.confirm()  # whoever has waited for long must not shut out who leads now
        await self._chains.begin(f"{self._name}-{lease.revision}")
        owing = Owing(self._bus, self._chains, lease)
        async with AsyncExitStack() as stack:
            for durable in MATCHED:
                pull = self._pull(durable, owing, lease)
                await stack.enter_async_context(pull.running())
            await stack.enter_async_context(alongside("prune chains", self._prune()))
            yield

    def _pull(self, durable: str, owing: Owing, lease: Lease) -> InOrder:
        bus, kind = self._bus, MATCHED[durable]
        matching = Matching(bus, EventLog(bus, kind), self._audience, owing, durable)
        return InOrder(
            bus,
            kind.stream,
            durable,
            [f"{kind.name}.>"],
            matching.take,
            most=ABREAST,
            may_ask=lambda: lease.is_fresh,
        )

    async def _prune(self) -> None:
        pause = SWEEP
        while True:
            await asyncio.sleep(pause)
            forgotten = await self._chains.prune(self._clock.now() - REMEMBERED)
            pause = SWEEP if forgotten < AT_ONCE else BREATH
