"""Retention: deliveries that have ended go with their attempts when they are old, or when attempts are
too many.

In small batches with a pause between, so that nobody who has a webhook to record waits for long. What
waits is never touched. How far it has come is marked in the transaction that deletes: of what happened
after the mark everything is on record.

Who goes is decided without a lock, and decided again under it: a resend may have come in between.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from telecine.delivery.chores import every
from telecine.delivery.parking import RETENTION
from telecine.delivery.standing import ENDED
from telecine.delivery.tables import AttemptRow, DeliveryRow, MarkRow
from telecine.shared.ids import object_id
from telecine.shared.settings import Settings
from telecine.shared.tables.database import Database
from telecine.shared.tasks import alongside
from telecine.shared.time.virtual_time import wall_now

log = structlog.get_logger()

#: Seconds (wall) between two looks, and deliveries that one transaction looks at.
_PERIOD, BATCH = 60.0, 100
#: Wall time that everything stays for: what is under way may come after it.
YOUNG = timedelta(minutes=10)


@dataclass(frozen=True)
class Bounds:
    """What may stay: `age` in virtual time, so many of the newest `attempts`; None: all of it."""

    age: timedelta | None
    attempts: int | None

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        days = settings.keep_days
        return cls(timedelta(days=days) if days else None, settings.keep_attempts or None)


@dataclass(frozen=True)
class Candidate:
    """A delivery on record, its last attempt, and when (wall) that was made; None: it had none."""

    id: str
    state: str
    updated_at: datetime
    last_attempt: int | None
    last_wall: datetime | None


def is_young(candidate: Candidate, wall: datetime) -> bool:
    """Whether somebody may be at work on it, or on what comes after it."""
    return candidate.last_wall is not None and candidate.last_wall > wall - YOUNG


def removable(
    candidates: Sequence[Candidate],
    wall: datetime,
    *,
    before: datetime | None = None,
    up_to: int | None = None,
) -> list[str]:
    """Answer who goes: what has ended, and was last touched `before` a virtual moment, or by an attempt
    `up_to` an id. Pure."""
    return [
        each.id
        for each in candidates
        if each.state in ENDED
        and not is_young(each, wall)
        and (before is None or each.updated_at < before)
        and (up_to is None or (each.last_attempt or 0) <= up_to)
    ]


class Retention:
    """One copy at a time deletes what is beyond the bounds."""

    def __init__(self, bounds: Bounds, now: Callable[[], datetime], database: Database) -> None:
        self._bounds = bounds
        self._now = now
        self._database = database

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Delete while the block lasts."""

        async def chore() -> None:
            await self.clean(self._now(), wall_now())

        async with alongside("retention", every(_PERIOD, self._database, "retention", chore)):
            yield

    async def clean(self, now: datetime, wall: datetime) -> int:
        """Delete all that is beyond the bounds; answer how many deliveries that were."""
        gone = 0
        if self._bounds.age is not None:
            gone += await self._clean_old(now - self._bounds.age, wall)
        if self._bounds.attempts is not None:
            gone += await self._clean_surplus(self._bounds.attempts, wall)
        if gone:
            log.info("retention.done", deliveries=gone)
        return gone

    async def _clean_old(self, before: datetime, wall: datetime) -> int:
        """Go along the ids of deliveries, which begin with the second of their events."""
        gone, after, end = 0, "", object_id(before)[:8]
        while True:
            some = (
                select(col(DeliveryRow.id))
                .where(col(DeliveryRow.id) > after, col(DeliveryRow.id) < end)
                .order_by(col(DeliveryRow.id))
                .limit(BATCH)
            )
            ids = await self._ids(some)
            if not ids:
                return gone
            gone += await self._remove(ids, wall, before=before)
            after = ids[-1]

    async def _clean_surplus(self, most: int, wall: datetime) -> int:
        """Go along the ids of attempts, of which the last `most` can be no more than so many."""
        gone, after = 0, 0
        async with self._database.session() as session:
            newest = await session.scalar(select(func.max(col(AttemptRow.id))))
        up_to = (newest or 0) - most
        while True:
            some = (
                select(col(AttemptRow.id), col(AttemptRow.delivery_id))
                .where(col(AttemptRow.id) > after, col(AttemptRow.id) <= up_to)
                .order_by(col(AttemptRow.id))
                .limit(BATCH)
            )
            async with self._database.session() as session:
                rows = (await session.execute(some)).all()
            if not rows:
                return gone
            gone += await self._remove({row[1] for row in rows}, wall, up_to=up_to)
            after = rows[-1][0] or after

    async def _remove(self, ids: Any, wall: datetime, **bound: Any) -> int:
        """Delete those of these that may go, in one transaction; then leave as much time to others."""
        began = monotonic()
        async with self._database.engine.connect() as connection:
            going = removable(await _candidates(connection, list(ids)), wall, **bound)
        gone = 0
        if going:
            async with self._database.writing() as connection:
                await _lock(connection, going)
                going = removable(await _candidates(connection, going), wall, **bound)
                gone = await _delete(self._database, connection, going)
        await asyncio.sleep(monotonic() - began)
        return gone

    async def _ids(self, statement: Any) -> list[str]:
        async with self._database.session() as session:
            return list((await session.scalars(statement)).all())


async def _candidates(connection: AsyncConnection, ids: list[str]) -> list[Candidate]:
    """Answer those of these deliveries that are on record."""
    last = (
        select(
            col(AttemptRow.delivery_id),
            func.max(col(AttemptRow.id)),
            func.max(col(AttemptRow.wall_at)),
        )
        .where(col(AttemptRow.delivery_id).in_(ids))
        .group_by(col(AttemptRow.delivery_id))
    )
    rows = select(col(DeliveryRow.id), col(DeliveryRow.state), col(DeliveryRow.updated_at)).where(
        col(DeliveryRow.id).in_(ids)
    )
    lasts = {each: (number, at) for each, number, at in await connection.execute(last)}
    found = (await connection.execute(rows)).all()
    return [Candidate(*row, *lasts.get(row[0], (None, None))) for row in found]


async def _lock(connection: AsyncConnection, ids: list[str]) -> None:
    """Keep others from adding to deliveries until the transaction ends; SQLite's keeps them already.

    Whoever records an attempt has its delivery's row first, in the same order.
    """
    rows = select(col(DeliveryRow.id)).where(col(DeliveryRow.id).in_(ids))
    await connection.execute(rows.order_by(col(DeliveryRow.id)).with_for_update())


async def _delete(database: Database, connection: AsyncConnection, ids: list[str]) -> int:
    """Delete deliveries that have ended, with their attempts, and mark how far that goes."""
    ended: Any = (
        delete(DeliveryRow)
        .where(col(DeliveryRow.id).in_(ids), col(DeliveryRow.state).in_(ENDED))
        .returning(col(DeliveryRow.id), col(DeliveryRow.created_at))
    )
    gone = {row.id: row.created_at for row in await connection.execute(ended)}
    if not gone:
        return 0
    attempts = delete(AttemptRow).where(col(AttemptRow.delivery_id).in_(list(gone)))
    await connection.execute(attempts)
    upsert = database.insert(MarkRow)
    mark = upsert.on_conflict_do_update(
        index_elements=["name"],
        set_={"at": upsert.excluded.at},
        where=col(MarkRow.at) < upsert.excluded.at,
    )
    await connection.execute(mark, [{"name": RETENTION, "at": max(gone.values())}])
    return len(gone)
