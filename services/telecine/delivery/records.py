"""The records of deliveries and attempts: written once, in groups, each chain guarded by a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from telecine.delivery.decider import (
    INITIAL,
    Discarded,
    Exhausted,
    Postponed,
    State,
    Succeeded,
)
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.database import Database, GroupCommit
from telecine.shared.errors import BrokenLog
from telecine.shared.owed import Owed


@dataclass(frozen=True)
class Entry:
    """What one attempt (or a discard) leaves on record. Rows by column name, as tables.py has them.

    `attempts` and `resent` of the delivery are what this adds to those on record. `repeat`: if
    another was quicker, whether the attempt stands on record all the same.
    """

    delivery: dict[str, Any]
    attempt: dict[str, Any] | None
    repeat: bool = True


def state_of(row: DeliveryRow | None) -> State:
    """Answer the delivery's state from its row; no row: nothing has been recorded."""
    if row is None:
        return INITIAL
    match row.state:
        case "postponed" if row.next_at:
            return Postponed(row.next, row.next_at, row.resent)
        case "succeeded":
            return Succeeded(row.next)
        case "exhausted":
            return Exhausted(row.next)
        case "discarded":
            return Discarded(row.next, row.ended or "")
        case _:
            raise BrokenLog(f"delivery {row.id} is {row.state!r} without what belongs to it")


def state_columns(state: State) -> dict[str, Any]:
    """Answer the columns that say a state."""
    postponed = state if isinstance(state, Postponed) else None
    return {
        "state": state.kind,
        "next": state.next,
        "next_at": postponed.due if postponed else None,
        "reason": postponed.reason if postponed else None,
        "ended": state.why if isinstance(state, Discarded) else None,
    }


class Records:
    """The two tables. `put` returns when its entry is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upsert = _upsert(database)
        self._commits: GroupCommit[Entry, bool] = GroupCommit(
            self._write, committed=database.committed("deliveries")
        )

    def expect_writable(self) -> None:
        """Raise Unavailable rather than let an attempt be made again and again, and never recorded."""
        self._database.expect_writable()

    async def get(self, delivery_id: str) -> DeliveryRow | None:
        """Answer a delivery's row, if it has one."""
        async with self._database.session() as session:
            return await session.get(DeliveryRow, delivery_id)

    async def attempt(self, delivery_id: str, number: int) -> Mapping[str, Any]:
        """Answer the row of the attempt that moved a delivery on from `number`."""
        chain = select(AttemptRow).where(
            col(AttemptRow.delivery_id) == delivery_id,
            col(AttemptRow.number) == number,
            col(AttemptRow.trigger) != "repeat",
        )
        async with self._database.session() as session:
            return (await session.scalars(chain)).one().model_dump()

    async def last_of_chain(self, delivery_id: str) -> Mapping[str, Any] | None:
        """Answer the row of the last attempt that was no resend."""
        chain = select(AttemptRow).where(
            col(AttemptRow.delivery_id) == delivery_id,
            col(AttemptRow.trigger).in_(["first", "retry"]),
        )
        async with self._database.session() as session:
            last = (await session.scalars(chain.order_by(col(AttemptRow.number).desc()))).first()
            return last.model_dump() if last else None

    async def caused_by(self, delivery_id: str, cause: str) -> Mapping[str, Any] | None:
        """Answer the row of the attempt that a resend has led to, if it was made."""
        wanted = select(AttemptRow).where(
            col(AttemptRow.delivery_id) == delivery_id, col(AttemptRow.cause) == cause
        )
        async with self._database.session() as session:
            found = (await session.scalars(wanted)).first()
            return found.model_dump() if found else None

    async def put(self, entry: Entry) -> bool:
        """Write an entry. True: it moved the delivery on; False: another was quicker, and the attempt
        stands on record as a repeat that schedules nothing (or not at all)."""
        return await self._commits.put(entry)

    async def _write(self, entries: list[Entry]) -> Sequence[bool]:
        results: list[bool] = []
        async with self._database.engine.begin() as connection:
            for group in _apart(entries):
                results += await self._write_group(connection, group)
        return results

    async def _write_group(self, connection: AsyncConnection, entries: list[Entry]) -> list[bool]:
        rows = [entry.delivery for entry in entries]
        winners = set((await connection.execute(self._upsert, rows)).scalars())
        results = [entry.delivery["id"] in winners for entry in entries]
        attempts = [
            entry.attempt if won else _repeat(entry.attempt)
            for entry, won in zip(entries, results, strict=True)
            if entry.attempt and (won or entry.repeat)
        ]
        if attempts:
            await connection.execute(insert(AttemptRow), attempts)
        return results


def _upsert(database: Database) -> Any:
    """Answer the statement that moves deliveries on; to build it takes longer than to run it."""
    upsert = database.insert(DeliveryRow)
    moved = ("state", "next", "next_at", "reason", "ended", "updated_at")
    added = ("attempts", "resent")
    return upsert.on_conflict_do_update(
        index_elements=["id"],
        set_={name: upsert.excluded[name] for name in moved}
        | {name: getattr(DeliveryRow, name) + upsert.excluded[name] for name in added},
        # The one line that keeps a chain from forking: only attempt N moves it from N to N + 1.
        where=col(DeliveryRow.next) == upsert.excluded.next - 1,
    ).returning(col(DeliveryRow.id))


def _repeat(attempt: dict[str, Any]) -> dict[str, Any]:
    return {**attempt, "trigger": "repeat", "next_at": None, "next_reason": None}


def _apart(entries: list[Entry]) -> list[list[Entry]]:
    """Split so that no delivery stands twice in one statement, keeping the order of entries."""
    groups: list[list[Entry]] = []
    seen: set[str] = set()
    for entry in entries:
        if not groups or entry.delivery["id"] in seen:
            groups.append([])
            seen = set()
        groups[-1].append(entry)
        seen.add(entry.delivery["id"])
    return groups


def owed_of(row: DeliveryRow) -> Owed:
    """Answer what is owed, as its row has kept it."""
    return Owed(
        delivery_id=row.id,
        org=row.org,
        endpoint_id=row.endpoint_id,
        endpoint_sequence=row.endpoint_sequence,
        platform=row.platform,
        event_id=row.event_id,
        event_type=row.event_type,
        event_sequence=row.event_sequence,
        video_id=row.video_id,
        at=row.created_at,
        matched_at=row.matched_at,
        correlation_id=row.correlation_id,
        body=row.body,
    )
