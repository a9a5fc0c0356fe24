"""The recorder: attempts that have ended are put on record together, and followed up.

An outcome is kept in memory until it is on record, however long the database is away: the webhook was
sent, and is not sent again for our trouble. A crash before that repeats an attempt at worst.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

from telecine.delivery.following import Ended, Following
from telecine.delivery.parking import ParkingLot
from telecine.delivery.records import Entry, Records, Written
from telecine.shared.errors import surprise
from telecine.shared.tasks import Crew, alongside, insist, pause_before

log = structlog.get_logger()

#: Attempts that are put on record together, at most.
_MOST = 500
#: Seconds that the first waits for others, unless there are enough: a transaction costs as much as fifty
#: rows, and nobody waits for it but the acknowledgement.
_LINGER, _ENOUGH = 0.01, 250


class Recorder:
    """Takes what has ended."""

    def __init__(self, records: Records, lot: ParkingLot, following: Following) -> None:
        self._records = records
        self._lot = lot
        self._following = following
        self._waiting: list[Ended] = []
        self._wake = asyncio.Event()
        self._taken = asyncio.Event()
        self._writers = asyncio.Semaphore(records.writers)
        self._crew = Crew("recorder's group")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Record while the block lasts."""
        async with alongside("recorder", self._run()):
            try:
                yield
            finally:
                await self._crew.stop()

    async def settled(self) -> None:
        """Wait until everything that has ended is acknowledged."""
        while self._waiting:
            self._taken.clear()
            await self._taken.wait()
        await self._crew.settled()

    def put(self, ended: Ended) -> None:
        """Take an attempt that has ended."""
        self._waiting.append(ended)
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                if len(self._waiting) < _ENOUGH:
                    await asyncio.sleep(_LINGER)
                await self._writers.acquire()
                group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                self._crew.spawn(self._record(group))
                self._taken.set()

    async def _record(self, group: list[Ended]) -> None:
        """Write a group; of one that cannot be written as a whole, each by itself."""
        try:
            written = await self._records.write([each.entry for each in group])
        except Exception as error:  # noqa: BLE001 - nothing is given up that was sent
            not_recorded(len(group), error)
            for each in group:
                self._crew.spawn(self._record_again(each))
        else:
            self._crew.spawn(self._following.follow(group, written))
        finally:
            self._writers.release()

    async def _record_again(self, ended: Ended) -> None:
        await asyncio.sleep(pause_before(1))
        write = partial(write_once, self._records, self._lot, ended.entry)
        await self._following.follow([ended], await insist(write, partial(not_recorded, 1)))


async def write_once(records: Records, lot: ParkingLot, entry: Entry) -> Written:
    """Write one, which may be on record already: nobody can tell when a commit was cut off."""
    if await records.stands(entry):
        await lot.remind(entry.delivery.endpoint_id)
        return Written([True], [])
    return await records.write([entry])


def not_recorded(attempts: int, error: Exception) -> None:
    """Say that so many could not be written yet."""
    log.warning(
        "attempts.not_recorded", attempts=attempts, error=repr(error), exc_info=surprise(error)
    )
