"""One copy of a service over several runs: it lives in one, leaves it for a reset, and enters the next.

A life is the service as if it were alone: it connects, joins the time, works, and gives back what it
holds. Nothing of a life reaches into the next one but what the service itself hands over.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from uuid import uuid4

import structlog
from nats.aio.msg import Msg
from nats.errors import ConnectionReconnectingError, NoRespondersError
from nats.errors import Error as NatsError
from nats.js.errors import ServiceUnavailableError
from sqlalchemy import delete

from telecine.shared.copies.runs import PERIOD, SUBJECT, Marker, Place, Sign, read_marker, sign
from telecine.shared.errors import Refusal, TelecineError, Unavailable
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings
from telecine.shared.tables.database import opened
from telecine.shared.tables.schema import Schema, table_of
from telecine.shared.tasks import alongside, insist
from telecine.shared.wire.bus import Bus, connected
from telecine.shared.wire.streams import LEASES, ensure

log = structlog.get_logger()

Live = Callable[[], AbstractAsyncContextManager[None]]
Empty = Callable[[], Awaitable[None]]

#: Seconds between two tries to enter a run.
_PAUSE = 0.2

#: NATS is busy or away: a copy that starts meanwhile waits for it. Anything else is a mistake to be told.
_NO_WORD = (
    TimeoutError,  # nats-py's is one
    NoRespondersError,
    ServiceUnavailableError,
    ConnectionReconnectingError,
)


async def nothing() -> None:
    """Empty what a service without tables has."""


def tables_of(settings: Settings, schema: Schema) -> Empty:
    """Answer who empties the tables of a service, records and views."""

    async def empty() -> None:
        tables = [*schema.records, *(view.table for view in schema.views)]
        async with (
            opened(settings.database(schema.service), schema) as database,
            database.alone() as connection,
        ):
            for table in tables:
                await connection.execute(delete(table_of(table)))

    return empty


class Copy:
    """One copy of a service, over all its runs. `marker` is the house's as last heard."""

    def __init__(self, bus: Bus, service: str, live: Live, empty: Empty) -> None:
        self.bus = bus
        self.instance = uuid4().hex[:12]
        self.marker = Marker()
        self._service = service
        self._live = live
        self._empty = empty
        self._place: Place = "entering"
        self._run = 0
        self._emptied = 0
        self._heard = 0
        self._moved = asyncio.Event()
        self._placed = asyncio.Event()
        self._stopping = asyncio.Event()

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """Live while the block lasts; it begins when the first life has, or a reset holds it up.

        Raises what the first life fails with, unless NATS is merely busy: then it is tried again.
        """
        await insist(self._look, _not_yet)
        subscription = await self.bus.client.subscribe(SUBJECT, cb=self._hear)
        lives = asyncio.create_task(self._lives(), name=f"{self._service} lives")
        try:
            async with alongside(f"{self._service} signs", self._sign_on()):
                placed = asyncio.create_task(self._placed.wait())
                await asyncio.wait({lives, placed}, return_when=asyncio.FIRST_COMPLETED)
                placed.cancel()
                if lives.done():
                    await lives
                yield
        finally:
            self._stopping.set()
            self._moved.set()
            await asyncio.wait({lives})
            if self.bus.is_connected:
                await subscription.unsubscribe()

    async def _lives(self) -> None:
        while not self._stopping.is_set():
            self._moved.clear()
            if self.marker.phase == "running":
                await self._enter(self.marker.run)
            else:
                await self._stay_out(self.marker)
                self._placed.set()
                if not self._stopping.is_set():
                    await self._moved.wait()

    async def _enter(self, run: int) -> None:
        """Live in a run until the house leaves it; a mistake in the first life is raised."""
        self._run = run
        await self._go("entering")
        life = asyncio.create_task(self._one_life(run), name=f"{self._service} life")
        while not life.done() and self._is_in(run):
            if self._stopping.is_set():
                break
            moved = asyncio.create_task(self._moved.wait())
            await asyncio.wait({life, moved}, return_when=asyncio.FIRST_COMPLETED)
            moved.cancel()
            if not self._stopping.is_set():
                self._moved.clear()
        try:
            await self._end(life)
        except Exception as error:
            if not (self._placed.is_set() or isinstance(error, _NO_WORD)):
                raise
            expected = isinstance(error, TelecineError | NatsError | TimeoutError)
            log.warning("run.not_entered", error=repr(error), exc_info=not expected)
            await asyncio.sleep(_PAUSE)

    def _is_in(self, run: int) -> bool:
        return (self.marker.run, self.marker.phase) == (run, "running")

    async def _one_life(self, run: int) -> None:
        self._over = asyncio.Event()
        async with self._live():
            self._placed.set()
            await self._go("in")
            await self._over.wait()

    async def _end(self, life: "asyncio.Task[None]") -> None:
        """End a life as a stop does; one that has not begun yet is cut off."""
        if self._place == "in":
            self._over.set()
        else:
            life.cancel()
        with suppress(asyncio.CancelledError):
            await life

    async def _stay_out(self, marker: Marker) -> None:
        self._run = marker.run
        if marker.phase == "emptying" and self._emptied != marker.run:
            try:
                await self._empty()
            except Exception as error:
                log.error("run.not_emptied", error=repr(error), exc_info=True)
                await asyncio.sleep(_PAUSE)
                self._moved.set()  # and again
                return
            self._emptied = marker.run
        await self._go("emptied" if self._emptied == marker.run else "left")

    async def _go(self, place: Place) -> None:
        self._place = place
        await self._sign()

    async def _sign(self) -> None:
        mine = Sign(
            service=self._service, instance=self.instance, run=self._run, place=self._place
        )
        await sign(self.bus, mine)

    async def _sign_on(self) -> None:
        """Sign, and look at the marker, since what was said while we were away is not repeated."""
        while True:
            await self._sign()
            await asyncio.sleep(PERIOD)
            with suppress(Unavailable):
                await self._look()

    async def _look(self) -> None:
        heard = self._heard
        marker, _ = await read_marker(self.bus)
        if heard == self._heard:  # else what we see may be older than what we were told meanwhile
            self._take(marker)

    async def _hear(self, message: Msg) -> None:
        self._heard += 1
        self._take(Marker.model_validate_json(message.data))

    def _take(self, marker: Marker) -> None:
        if (marker.run, marker.phase) != (self.marker.run, self.marker.phase):
            self.marker = marker
            self._moved.set()
        self.marker = marker


@asynccontextmanager
async def renewed(
    settings: Settings, service: str, live: Live, empty: Empty = nothing
) -> AsyncIterator[Copy]:
    """Run one copy of a service, one life for each run of the house, while the block lasts."""
    if not settings.nats_url:
        raise Refusal("invalid", "set TELECINE_NATS_URL to the house's NATS server", "nats_url")
    async with connected(settings.nats_url, f"{service}-run", Metrics()) as bus:
        await insist(partial(ensure, bus.js, LEASES), _not_yet)
        copy = Copy(bus, service, live, empty)
        async with copy.living():
            yield copy


def _not_yet(error: Exception) -> None:
    """Wait for a NATS that is busy or away; raise what is anything else."""
    if not isinstance(error, (*_NO_WORD, Unavailable)):
        raise error
    log.warning("run.not_entered", error=repr(error))
