"""A lease: of several copies of a service one is the owner, and another takes over when it is gone.

The lease is the last message under its subject. Each renewal is written behind the one before, so of
many who want it one wins, and an owner that was overtaken learns so at its next renewal. Until then
it may still act: what it writes elsewhere must be fenced there (docs/decisions, "The clock's owner").
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

import structlog

from telecine.shared.errors import Conflict, Unavailable
from telecine.shared.log.eventlog import direct_get, stored_at
from telecine.shared.tasks import alongside
from telecine.shared.wire.answers import Expect, WrongSequence
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.presence import is_present, present

log = structlog.get_logger()

STREAM = "LEASES"
#: Seconds between two renewals, and between two looks of a copy that waits.
RENEW, LOOK = 0.5, 0.2
#: Seconds without a renewal after which a lease is over.
TTL = 2.5
#: Looks in a row at which the owner was not even connected; one might meet it reconnecting.
_GONE = 3


@dataclass(frozen=True)
class Held:
    """The lease as it is stored, last renewed at `renewed_at` (the server's time; None: never).

    `owner` is empty if it was given back.
    """

    owner: str
    revision: int
    renewed_at: datetime | None


@dataclass(frozen=True)
class Watch:
    """What somebody who waits has seen of a lease.

    `unchanged` and `unconnected` count looks in a row; our own pauses do not count as the owner's.
    `alive`: at some time there was an owner.
    """

    held: Held
    unchanged: int = 0
    unconnected: int = 0
    alive: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the lease may be taken."""
        silent = self.unchanged * LOOK >= TTL or self.unconnected >= _GONE
        return not self.held.owner or silent


def look(before: Watch | None, held: Held, connected: bool) -> Watch:
    """Answer what is known after one more look at the lease and whether its owner is connected."""
    if before is None:
        return Watch(held, unconnected=0 if connected else 1, alive=connected)
    same = before.held.revision == held.revision
    return Watch(
        held,
        unchanged=before.unchanged + 1 if same else 0,
        unconnected=0 if connected else before.unconnected + 1,
        alive=before.alive or connected or not same,
    )


@dataclass(frozen=True)
class Taken:
    """How a lease came to us: as it was before, and whether we saw its owner alive."""

    before: Held
    alive: bool


class Lease:
    """One candidate's view of a lease. Use `candidate` to get one; `lost` is set for good."""

    def __init__(self, bus: Bus, name: str, owner: str) -> None:
        self.lost = asyncio.Event()
        self.revision = 0
        self._bus = bus
        self._subject = f"lease.{name}"
        self._owner = owner
        self._owned = False
        self._confirmed = 0.0
        self._connection: datetime | None = None  # when that began over which it was confirmed
        self._renewing = asyncio.Lock()

    @property
    def is_fresh(self) -> bool:
        """Whether nobody else can have thought that the lease is over: it was renewed a moment ago, and
        we have been connected since."""
        return (
            self._owned
            and not self.lost.is_set()
            and monotonic() - self._confirmed < TTL
            and self._bus.connected_at == self._connection
        )

    async def acquire(self, stand_by: Callable[[], None]) -> Taken:
        """Wait until the lease is ours; `stand_by` is called when somebody else has it."""
        watch: Watch | None = None
        while True:
            began = monotonic()
            try:
                watch = await self._look(watch)
                if watch.is_over and await self._take(watch.held):
                    return Taken(watch.held, watch.alive)
            except Unavailable as error:
                log.warning("lease.not_seen", lease=self._subject, error=str(error))
                if watch:  # we know nothing of the time in between
                    watch = replace(watch, unchanged=0, unconnected=0)
            if watch and watch.alive:
                stand_by()
            await asyncio.sleep(max(0.0, began + LOOK - monotonic()))

    async def confirm(self) -> None:
        """Renew now. Raises Conflict if somebody else has the lease; Unavailable: nobody knows."""
        async with self._renewing:
            asked, connection = monotonic(), self._bus.connected_at
            try:
                self.revision = await self._write(self._owner, self.revision)
            except WrongSequence as error:
                held = await self._read()
                if held.owner != self._owner:
                    self.lose()
                    raise Conflict(f"{self._subject} is {held.owner or 'nobody'}'s now") from error
                self.revision = held.revision  # a renewal of ours whose answer did not come
            self._confirmed, self._connection = asked, connection

    def lose(self) -> None:
        """Say that somebody else acts as the owner."""
        if not self.lost.is_set():
            log.warning("lease.lost", lease=self._subject, owner=self._owner)
            self.lost.set()

    async def _look(self, before: Watch | None) -> Watch:
        held = await self._read()
        known = held.owner not in {"", self._owner}
        connected = known and await is_present(self._bus, self._place(held.owner), LOOK / 2)
        return look(before, held, connected)

    async def _take(self, held: Held) -> bool:
        asked, connection = monotonic(), self._bus.connected_at
        try:
            self.revision = await self._write(self._owner, held.revision)
        except WrongSequence:
            return False
        self._owned, self._confirmed, self._connection = True, asked, connection
        log.info("lease.taken", lease=self._subject, owner=self._owner, before=held.owner)
        return True

    async def _read(self) -> Held:
        found = await direct_get(self._bus, STREAM, {"last_by_subj": self._subject})
        if not found:
            return Held("", 0, None)
        fields = found[0].headers or {}
        owner = json.loads(found[0].data)["owner"]
        return Held(owner, int(fields["Nats-Sequence"]), stored_at(fields))

    async def _write(self, owner: str, after: int) -> int:
        body = json.dumps({"owner": owner}).encode()
        expect = Expect(after, self._subject)
        return (await self._bus.publish(self._subject, body, expect=expect)).sequence

    async def _renew(self) -> None:
        while not self.lost.is_set():
            await asyncio.sleep(RENEW)
            if self._owned:
                with suppress(Conflict):
                    await self._try_to_confirm()

    async def _try_to_confirm(self) -> None:
        try:
            await self.confirm()
        except Unavailable as error:
            log.warning("lease.not_renewed", lease=self._subject, error=str(error))

    async def _give_back(self) -> None:
        if self._owned and not self.lost.is_set() and self._bus.is_connected:
            # If it fails, the others wait as for somebody who was killed.
            with suppress(WrongSequence, Unavailable, TimeoutError):
                async with asyncio.timeout(1):
                    await self._write("", self.revision)

    def _place(self, owner: str) -> str:
        return f"present.{self._subject}.{owner}"


@asynccontextmanager
async def candidate(bus: Bus, name: str, owner: str) -> AsyncIterator[Lease]:
    """Be one who may own a lease while the block lasts; at its end the lease is given back."""
    lease = Lease(bus, name, owner)
    async with present(bus, lease._place(owner)):
        try:
            async with alongside(f"lease {name}", lease._renew()):
                yield lease
        finally:
            await lease._give_back()
