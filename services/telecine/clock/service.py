"""The clock service: of several copies one owns the time and its timers, the others stand by."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

import structlog
from nats.errors import Error as NatsError

from telecine.clock.firing import Firing
from telecine.clock.handlers import Handlers
from telecine.clock.measures import watch_queues
from telecine.clock.reign import begin
from telecine.shared.contracts.clock import GetClock, SetClock
from telecine.shared.copies.heartbeat import Pulse
from telecine.shared.copies.instance import Instance, instance
from telecine.shared.copies.lease import RENEW, Lease, Taken, candidate
from telecine.shared.copies.renewing import renewed
from telecine.shared.errors import Conflict, TelecineError
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings
from telecine.shared.tasks import alongside, unless
from telecine.shared.wire.rpc import serve

log = structlog.get_logger()

#: Seconds between two lives of a copy.
_PAUSE = 0.2


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run one copy of the clock while the block lasts, a life for each run of the house."""
    async with renewed(settings, "clock", partial(_life, settings, metrics)):
        yield


@asynccontextmanager
async def _life(settings: Settings, metrics: Metrics | None) -> AsyncIterator[None]:
    """Run one copy of the clock while the block lasts; it begins when the copy answers, or stands
    by behind one that does."""
    copy = _Copy(settings, metrics or Metrics())
    life = asyncio.create_task(copy.live(), name="clock")
    try:
        await copy.is_placed(life)
        yield
    finally:
        copy.stopping.set()
        await asyncio.wait({life})


class _Copy:
    """One copy and its lives: it waits for the lease, reigns until it stops or has lost the lease,
    and in that case waits again, as if it had just been started."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.stopping = asyncio.Event()
        self._placed = asyncio.Event()
        self._settings = settings
        self._metrics = metrics

    async def is_placed(self, life: asyncio.Task[None]) -> None:
        """Wait until this copy reigns or stands by. Raises what its first life fails with."""
        placed = asyncio.create_task(self._placed.wait())
        await asyncio.wait({life, placed}, return_when=asyncio.FIRST_COMPLETED)
        placed.cancel()
        if life.done():
            await life

    async def live(self) -> None:
        """Live until `stopping`; what goes wrong before the copy has its place is raised."""
        while not self.stopping.is_set():
            try:
                await self._live_once()
            except Exception as error:
                if not (self._placed.is_set() or isinstance(error, Conflict)):
                    raise
                expected = isinstance(error, TelecineError | NatsError | TimeoutError)
                log.warning("clock.begun_anew", error=repr(error), exc_info=not expected)
                await unless(self.stopping, asyncio.sleep(_PAUSE))

    async def _live_once(self) -> None:
        async with (
            instance(self._settings, "clock", self._metrics) as me,
            me.clock.following(),
            candidate(me.bus, "clock", me.beating.instance) as lease,
        ):
            taken = await unless(self.stopping, lease.acquire(lambda: self._stand_by(me)))
            if taken:
                me.beating.standing_by = False
                async with AsyncExitStack() as stack:  # all of it ends before the lease does
                    await self._reign(replace(me, stack=stack), lease, taken)

    def _stand_by(self, me: Instance) -> None:
        if not me.beating.standing_by:
            log.info("clock.stands_by", instance=me.beating.instance)
            me.beating.standing_by = True
            me.beating.beat()
        self._placed.set()

    async def _reign(self, me: Instance, lease: Lease, taken: Taken) -> None:
        reign = await begin(me, lease, taken)
        await me.clock.reached(reign.position, timeout=10)
        pulse = Pulse(me.bus)
        await me.stack.enter_async_context(pulse.listening())
        steady = asyncio.Lock()
        handlers = Handlers(me, pulse, steady, lease, reign.position)
        group = (
            f"clock-{lease.revision}"  # one that is paused would keep its share of the questions
        )
        serve(me.broker, GetClock, handlers.get, group=group)
        serve(me.broker, SetClock, handlers.set, group=group)
        firing = Firing(me.bus, me.clock, reign.fence, steady=steady, overtaken=lease.lose)
        await me.stack.enter_async_context(firing.running())
        me.stack.callback(watch_queues(me.metrics, me.bus))
        await me.ready()
        await me.stack.enter_async_context(alongside("clock readiness", _tell(me, lease)))
        self._placed.set()
        await unless(self.stopping, lease.lost.wait())
        await handlers.note_time()


async def _tell(me: Instance, lease: Lease) -> None:
    """Be ready for as long as the lease can be renewed: the house cannot do without."""
    while True:
        await asyncio.sleep(RENEW)
        if me.beating.ready != lease.is_fresh:
            me.beating.ready = lease.is_fresh
            me.beating.beat()
