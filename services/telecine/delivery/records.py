"""The records of deliveries and attempts: written once, in groups, each chain guarded by a number."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from telecine.delivery.bulk import add, move
from telecine.delivery.chains import lock_chains, release
from telecine.delivery.gates import Armed
from telecine.delivery.rows import AttemptValues, DeliveryValues
from telecine.delivery.standing import ENDED, values_of
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.tables.database import Database
from telecine.shared.tables.group_commit import GroupCommit

#: A delivery, and the id of a resend of it.
Cause = tuple[str, str]


@dataclass(slots=True, eq=False)
class Entry:
    """What one attempt (or a discard) leaves on record.

    `repeat`: if another was quicker, whether the attempt stands on record all the same. `ordered`:
    others may wait for the delivery's end. `new`: nothing was on record when somebody looked. Of
    attempts of one delivery with one cause the first moves it on, and the others stand as repeats of it.
    """

    delivery: DeliveryValues
    attempt: AttemptValues | None
    repeat: bool = True
    ordered: bool = False
    new: bool = False

    @property
    def cause(self) -> Cause | None:
        """The resend that asked for it, if one did."""
        made = self.attempt
        return (made.delivery_id, made.cause) if made and made.cause else None

    @property
    def ends(self) -> bool:
        """Whether the delivery has ended with it, and somebody may have waited for that."""
        return self.ordered and self.delivery.state in ENDED


@dataclass(frozen=True)
class Written:
    """For each entry whether it moved its delivery on, and the timers of endpoints whose deliveries
    waited for the end of one."""

    won: list[bool]
    armed: list[Armed]


class Records:
    """The two tables. `put` and `write` return when their entries are committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        #: Transactions of `write` that are worth having side by side: SQLite has one writer.
        self.writers = 2 if database.is_postgresql else 1
        self._reads: GroupCommit[str, DeliveryRow | None] = GroupCommit(self._read)
        self._committed = database.committed("deliveries")

    def expect_writable(self) -> None:
        """Raise Unavailable rather than let an attempt be made again and again, and never recorded."""
        self._database.expect_writable()

    async def get(self, delivery_id: str) -> DeliveryRow | None:
        """Answer a delivery's row, if it has one; what many ask for at once is read at once."""
        return await self._reads.put(delivery_id)

    async def _read(self, delivery_ids: list[str]) -> list[DeliveryRow | None]:
        rows = select(DeliveryRow).where(col(DeliveryRow.id).in_(set(delivery_ids)))
        async with self._database.session() as session:
            found = {row.id: row for row in (await session.scalars(rows)).all()}
        return [found.get(delivery_id) for delivery_id in delivery_ids]

    async def attempt(self, delivery_id: str, number: int) -> AttemptValues:
        """Answer the row of the attempt that moved a delivery on from `number`."""
        chain = select(AttemptRow).where(
            col(AttemptRow.delivery_id) == delivery_id,
            col(AttemptRow.number) == number,
            col(AttemptRow.trigger) != "repeat",
        )
        async with self._database.session() as session:
            return values_of((await session.scalars(chain)).one())

    async def last_of_chain(self, delivery_id: str) -> AttemptValues | None:
        """Answer the row of the last attempt that was no resend."""
        chain = select(AttemptRow).where(
            col(AttemptRow.delivery_id) == delivery_id,
            col(AttemptRow.trigger).not_in(["resend", "repeat"]),
        )
        return await self._first(chain.order_by(col(AttemptRow.number).desc()))

    async def resent_before(self, delivery_id: str, number: int) -> int:
        """Answer how many attempts before `number` were resends, which the schedule does not count."""
        resends = select(func.count()).where(
            col(AttemptRow.delivery_id) == delivery_id,
            col(AttemptRow.number) < number,
            col(AttemptRow.cause).is_not(None),
            col(AttemptRow.trigger) != "repeat",
        )
        async with self._database.session() as session:
            return (await session.scalars(resends)).one()

    async def caused_by(self, delivery_id: str, cause: str) -> AttemptValues | None:
        """Answer the row of the attempt that a resend has led to, if it was made."""
        wanted = select(AttemptRow).where(
            col(AttemptRow.delivery_id) == delivery_id,
            col(AttemptRow.cause) == cause,
            col(AttemptRow.trigger) != "repeat",
        )
        return await self._first(wanted)

    async def _first(self, wanted: Select[AttemptRow]) -> AttemptValues | None:
        async with self._database.session() as session:
            found = (await session.scalars(wanted)).first()
            return values_of(found) if found else None

    async def put(self, entry: Entry) -> bool:
        """Write one entry; see `write`. Timers are for who writes entries that are `ordered`."""
        return (await self.write([entry])).won[0]

    async def stands(self, entry: Entry) -> bool:
        """Whether an entry is on record: whoever wrote it may not have heard that it was committed."""
        made = entry.attempt
        if made is None:
            return False
        same = select(col(AttemptRow.id)).where(
            col(AttemptRow.delivery_id) == made.delivery_id,
            col(AttemptRow.number) == made.number,
            col(AttemptRow.wall_at) == made.wall_at,
            col(AttemptRow.trigger) != "repeat",
        )
        async with self._database.session() as session:
            return (await session.scalars(same)).first() is not None

    async def write(self, entries: list[Entry]) -> Written:
        """Write entries in one transaction. Of each: True: it moved the delivery on; False: another was
        quicker, and the attempt stands on record as a repeat that schedules nothing (or not at all).

        Deliveries that wait for the end of one of them are released in the same transaction.
        """
        won: list[bool] = []
        armed: list[Armed] = []
        async with self._database.writing() as connection:
            causes = [entry.cause for entry in entries if entry.cause]
            ending = [entry.delivery.id for entry in entries if entry.ends]
            await lock_chains(self._database, connection, [*ending, *(id_ for id_, _ in causes)])
            made = await _made(connection, causes)
            async with self._database.driven(connection) as driver:
                for group in _apart(entries):
                    won += await self._write_group(driver, group, made)
            # Who was not quick enough has ended nothing: the delivery may wait for its next attempt.
            ended = {
                entry.delivery.id: entry.delivery.updated_at
                for entry, moved in zip(entries, won, strict=True)
                if moved and entry.ends
            }
            if ended:
                armed = await release(self._database, connection, ended, max(ended.values()))
        self._committed(len(entries))
        return Written(won, armed)

    async def _write_group(
        self, driver: Any, entries: list[Entry], made: dict[Cause | None, int]
    ) -> list[bool]:
        """Write entries of a delivery each. `made`: the numbers of those whose cause is on record."""
        winners: set[str] = set()
        first = [entry for entry in entries if entry.cause not in made] if made else entries
        for new in (True, False):
            if rows := [entry.delivery for entry in first if entry.new is new]:
                winners |= await move(self._database, driver, rows, new=new)
        results = [entry.delivery.id in winners for entry in entries]
        attempts = [
            entry.attempt if won else _repeat(entry.attempt, made.get(entry.cause))
            for entry, won in zip(entries, results, strict=True)
            if entry.attempt and (won or entry.repeat or entry.cause in made)
        ]
        if attempts:
            await add(self._database, driver, attempts)
        return results


async def _made(connection: AsyncConnection, causes: list[Cause]) -> dict[Cause | None, int]:
    """Answer the numbers of attempts that resends have led to. Whoever holds the locks of their
    deliveries' ends may rely on that."""
    if not causes:
        return {}
    rows = select(
        col(AttemptRow.delivery_id), col(AttemptRow.cause), col(AttemptRow.number)
    ).where(
        col(AttemptRow.delivery_id).in_({id_ for id_, _ in causes}),
        col(AttemptRow.cause).in_({cause for _, cause in causes}),
        col(AttemptRow.trigger) != "repeat",
    )
    return {(row.delivery_id, row.cause): row.number for row in await connection.execute(rows)}


def _repeat(attempt: AttemptValues, number: int | None) -> AttemptValues:
    """Answer an attempt as a repeat, of the one with a number if that is another than its own."""
    number = attempt.number if number is None else number
    return attempt._replace(trigger="repeat", number=number, next_at=None, next_reason=None)


def _apart(entries: list[Entry]) -> list[list[Entry]]:
    """Split so that no delivery stands twice in one statement, keeping the order of entries."""
    groups: list[list[Entry]] = []
    seen: set[str] = set()
    for entry in entries:
        if not groups or entry.delivery.id in seen:
            groups.append([])
            seen = set()
        groups[-1].append(entry)
        seen.add(entry.delivery.id)
    return groups
