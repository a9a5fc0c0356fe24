"""Retention: what is old or too much goes, in small batches; what waits stays, and so does its order."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from telecine.delivery import bulk, retention
from telecine.delivery.attempt import delivery_row
from telecine.delivery.decider import Succeeded
from telecine.delivery.parking import RETENTION
from telecine.delivery.records import Entry, Records
from telecine.delivery.retention import BATCH, YOUNG, Bounds, Retention
from telecine.delivery.tables import AttemptRow, DeliveryRow, MarkRow
from telecine.shared.ids import object_id
from telecine.shared.tables.database import Database, opened
from tests.delivery import test_chain_records
from tests.delivery.rows import AT, TABLES, add, after, attempt, delivery
from tests.shared.golden_cases import OWED
from tests.waiting import until

AGE = Bounds(timedelta(days=30), None)
NOW = AT + timedelta(days=60)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, TABLES) as database:
        yield database


def name(hours: float, what: str = "") -> str:
    return object_id(after(hours), what)


def ended(hours: float, what: str = "", **columns: Any) -> DeliveryRow:
    """A delivery of an event so many hours after the beginning, which ended at once."""
    at = {"created_at": after(hours), "updated_at": after(hours)}
    return delivery(name(hours, what), **(at | columns))


def tried(hours: float, what: str = "", **columns: Any) -> AttemptRow:
    given: dict[str, Any] = {"delivery_id": name(hours, what), "wall_at": after(hours)}
    return attempt(**(given | columns))


async def clean(database: Database, bounds: Bounds = AGE) -> int:
    return await Retention(bounds, lambda: NOW, database).clean(NOW, NOW)


async def left(database: Database) -> tuple[set[str], set[str]]:
    """Answer the deliveries that are on record, and those that attempts there belong to."""
    async with database.session() as session:
        deliveries = set((await session.scalars(select(col(DeliveryRow.id)))).all())
        return deliveries, set((await session.scalars(select(col(AttemptRow.delivery_id)))).all())


async def marked(database: Database) -> Any:
    async with database.session() as session:
        mark = await session.get(MarkRow, RETENTION)
        return mark.at if mark else None


async def test_what_has_ended_and_is_old_goes_with_its_attempts(database: Database) -> None:
    late = 40 * 24
    await add(database, ended(1), ended(2), ended(late), tried(1), tried(2), tried(late))

    assert await clean(database) == 2
    assert await left(database) == ({name(late)}, {name(late)})
    assert await marked(database) == after(2)
    assert await clean(database) == 0


@pytest.mark.parametrize("bounds", [AGE, Bounds(None, 1)])
async def test_what_waits_is_never_deleted(database: Database, bounds: Bounds) -> None:
    waiting = [
        ended(1, "postponed", state="postponed", next_at=NOW),
        ended(1, "parked", state="parked", reason="disabled"),
        ended(2, "ended"),
    ]
    tries = [tried(1, "postponed"), tried(1, "parked"), tried(2, "ended")]
    await add(database, *waiting, *tries, tried(2, "another"))

    assert await clean(database, bounds) == 1
    both = {name(1, "postponed"), name(1, "parked")}
    assert await left(database) == (both, {*both, name(2, "another")})


async def test_what_was_changed_lately_stays(database: Database) -> None:
    await add(database, ended(1, updated_at=NOW), tried(1))

    assert await clean(database) == 0


async def test_what_was_attempted_within_minutes_of_the_wall_stays(database: Database) -> None:
    """Time may have jumped; and whoever comes after it in order may not be on record yet."""
    await add(database, ended(1), tried(1, wall_at=NOW - YOUNG / 2))

    assert await clean(database) == 0
    assert await clean(database, Bounds(None, 0)) == 0


@pytest.mark.parametrize("bounds", [AGE, Bounds(None, 0)])
@pytest.mark.parametrize("number", [2, 1], ids=["next", "repeat"])
async def test_what_was_attempted_while_retention_looked_stays(
    database: Database, monkeypatch: pytest.MonkeyPatch, bounds: Bounds, number: int
) -> None:
    """Frozen time and a state that stays: of a resend the delivery may tell by its number alone, and of
    an attempt that lost its number not at all."""
    await add(database, ended(1), tried(1), ended(2), tried(2))
    owed = replace(OWED, delivery_id=name(1))
    row = test_chain_records.attempt(number, Succeeded(number + 1), owed.delivery_id)
    again = delivery_row(owed, Succeeded(number + 1), after(1), "resend")
    decided, looks = retention.removable, list[list[str]]()

    def look(*args: Any, **bound: Any) -> list[str]:
        looks.append(decided(*args, **bound))
        return looks[-1]

    monkeypatch.setattr(retention, "removable", look)
    async with database.writing() as connection, database.driven(connection) as driver:
        moved = await bulk.move(database, driver, [again], new=False)
        await bulk.add(database, driver, [row._replace(wall_at=NOW)])
        cleaning = asyncio.create_task(clean(database, bounds))
        await until(lambda: looks)

    assert await cleaning == 1
    assert bool(moved) == (number == 2)
    assert looks[0] == [name(1), name(2)], "when retention looked, both could go"
    assert await left(database) == ({name(1)}, {name(1)})


async def test_of_attempts_the_newest_are_kept_and_deliveries_whole(database: Database) -> None:
    await add(database, *(ended(hour) for hour in range(1, 5)))
    await add(database, *(tried(hour) for hour in (1, 2, 3, 4, 1, 4)))

    assert await clean(database, Bounds(None, 3)) == 2
    kept = {name(1), name(4)}  # the first one's last attempt is among the newest
    assert await left(database) == (kept, kept)
    assert await marked(database) == after(3)


async def test_without_bounds_all_is_kept(database: Database) -> None:
    await add(database, ended(1), tried(1))

    assert await clean(database, Bounds(None, None)) == 0


async def test_the_mark_never_goes_back(database: Database) -> None:
    await add(database, MarkRow(name=RETENTION, at=NOW), ended(1), tried(1))

    assert await clean(database) == 1
    assert await marked(database) == NOW


async def test_a_delivery_in_progress_is_recorded_between_small_batches(
    database: Database,
) -> None:
    batches = 8
    old = [ended(1, str(n)) for n in range(batches * BATCH)]
    async with database.session() as session:
        session.add_all(old)
        session.add_all(tried(1, str(n)) for n in range(batches * BATCH))
        await session.commit()
    deleted: list[int] = []

    def note(_: Any, cursor: Any, statement: str, *__: Any) -> None:
        if statement.startswith("DELETE FROM attempts"):
            deleted.append(cursor.rowcount)

    event.listen(database.engine.sync_engine, "after_cursor_execute", note)
    cleaning = asyncio.create_task(clean(database))
    recorded: list[int] = []
    records = Records(database)
    while not cleaning.done():
        owed = replace(OWED, delivery_id=f"new-{len(recorded)}")
        row = test_chain_records.attempt(1, Succeeded(2), owed.delivery_id)
        await records.put(Entry(delivery_row(owed, Succeeded(2), NOW, "first"), row))
        recorded.append(len(deleted))
        await asyncio.sleep(0)

    assert await cleaning == len(old)
    assert len(deleted) == batches
    assert max(deleted) == BATCH
    assert len(set(recorded)) > batches / 2, "whoever records waits for one batch, not for all"
