"""The fan-out: done by one copy of subscriptions at a time, in the order of the logs.

Matching two facts in two copies would owe them in any order. So one copy leads, the others only answer
commands and queries; see docs/decisions, "The fan-out is in order".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from telecine.platforms.pack import Fidelity
from telecine.shared.copies.lease import Lease
from telecine.shared.errors import Unavailable
from telecine.shared.log.eventlog import EventLog, last_position
from telecine.shared.log.kinds import ENDPOINT
from telecine.shared.tables.database import Database
from telecine.shared.tasks import alongside
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.in_order import InOrder
from telecine.shared.wire.pull import HandleGroup
from telecine.subscriptions.announcing import Announcing
from telecine.subscriptions.audience import Audience
from telecine.subscriptions.begun import Begun
from telecine.subscriptions.chains import Chains
from telecine.subscriptions.clearing import Clearing
from telecine.subscriptions.endpoint_news import FACTS, EndpointNews
from telecine.subscriptions.health import Healths
from telecine.subscriptions.matching import ABREAST, MATCHED, Matching
from telecine.subscriptions.obeying import Obeying
from telecine.subscriptions.owing import Owing
from telecine.subscriptions.reacting import Reacting
from telecine.subscriptions.reigns import Reign
from telecine.subscriptions.replaying import Replaying
from telecine.subscriptions.replays import Replays
from telecine.subscriptions.view import EndpointView

log = structlog.get_logger()

#: The name of the lease.
LEASE = "fan-out"
#: Seconds between two looks for what can be cleared, and between two deletions while there is more.
SWEEP, BREATH = 60.0, 0.1


@dataclass(frozen=True)
class Work:
    """What is taken in order from a stream, by which consumer, and how many messages together."""

    stream: str
    durable: str
    filters: list[str]
    take: HandleGroup
    most: int = 64


class FanOut:
    """What the leading copy does."""

    def __init__(
        self,
        bus: Bus,
        database: Database,
        clock: VirtualClock,
        *,
        name: str,
        fidelity: Fidelity,
        disable_after: timedelta | None = None,
        keep: timedelta | None = None,
    ) -> None:
        self._bus = bus
        self._database = database
        self._clock = clock
        self._name = name
        self._fidelity = fidelity
        self._disable_after = disable_after
        self._reign = Reign(database)
        self._chains = Chains(database, self._reign)
        self._clearing = Clearing(database, self._chains, keep)
        self._view = EndpointView(database)
        self._audience = Audience(self._view, fidelity)
        self._begun = Begun(self._chains, self._view)

    @asynccontextmanager
    async def reign(self, lease: Lease) -> AsyncIterator[None]:
        """Match everybody's facts while the block lasts."""
        await lease.confirm()  # whoever has waited for long must not shut out who leads now
        await self._reign.begin(f"{self._name}-{lease.revision}")
        owing = Owing(self._bus, self._chains, lease)
        async with AsyncExitStack() as stack:
            for work in [*await self._matching(owing), *await self._operating(owing)]:
                await stack.enter_async_context(self._pull(work, lease).running())
            await stack.enter_async_context(self._replaying(lease).running())
            await stack.enter_async_context(alongside("clear", self._clear()))
            yield

    async def _matching(self, owing: Owing) -> list[Work]:
        """What happens to videos, live streams and jobs, to whoever wants it."""
        works: list[Work] = []
        for durable, kind in MATCHED.items():
            matching = Matching(
                self._bus,
                EventLog(self._bus, kind),
                self._audience,
                owing,
                durable,
                begun=self._begun,
                begun_up_to=await last_position(self._bus, kind.stream),
            )
            works.append(Work(kind.stream, durable, [f"{kind.name}.>"], matching.take, ABREAST))
        return works

    async def _operating(self, owing: Owing) -> list[Work]:
        """What comes of deliveries: the house's own decisions and news."""
        announcing = Announcing(self._audience, owing, self._begun)
        log = EventLog(self._bus, ENDPOINT)
        reacting = Reacting(
            self._bus,
            audience=self._audience,
            announcing=announcing,
            obeying=Obeying(log, self._view),
            healths=await Healths.of(self._database, self._reign),
            disable_after=self._disable_after,
        )
        news = EndpointNews(self._bus, log, announcing)
        told = [f"{fact.type}.*.*" for fact in FACTS]
        return [
            Work("ATTEMPTS", "subscriptions-attempts", ["attempt.>"], reacting.take),
            Work("ENDPOINTS", "subscriptions-endpoint-news", told, news.take),
        ]

    def _replaying(self, lease: Lease) -> Replaying:
        """What was owed or happened before, once more, for who asks for it."""
        return Replaying(
            self._bus,
            replays=Replays(self._database, self._reign),
            audience=self._audience,
            clock=self._clock,
            lease=lease,
            fidelity=self._fidelity,
        )

    def _pull(self, work: Work, lease: Lease) -> InOrder:
        return InOrder(
            self._bus,
            work.stream,
            work.durable,
            work.filters,
            work.take,
            most=work.most,
            may_ask=lambda: lease.is_fresh,
            whole=work.durable in MATCHED,
        )

    async def _clear(self) -> None:
        pause = SWEEP
        while True:
            await asyncio.sleep(pause)
            try:
                more = await self._clearing.some(self._clock.now())
            except Unavailable as error:
                log.warning("tables.not_cleared", error=str(error))
                more = False
            pause = BREATH if more else SWEEP
