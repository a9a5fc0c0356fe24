"""Rows of many attempts at once: one statement for their deliveries, one for themselves.

Each database in its own words, since this is done for every webhook: COPY costs a third of what arrays
do, and those a third of what SQLAlchemy's INSERT does (docs/benchmarks.md).
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no stubs
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.tables.database import Database, UtcTime
from telecine.shared.tables.schema import table_of

Rows = Sequence[dict[str, Any]]

#: What an attempt changes of a delivery that is on record, and what it adds to.
_MOVED = ("state", "next", "next_at", "reason", "ended", "updated_at")
_ADDED = ("attempts", "resent")


def _names(table: Table, but: str = "") -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.name != but)


_DELIVERIES, _ATTEMPTS = table_of(DeliveryRow), table_of(AttemptRow)
_OF_DELIVERY, _OF_ATTEMPT = _names(_DELIVERIES), _names(_ATTEMPTS, but="id")
_delivery, _attempt = itemgetter(*_OF_DELIVERY), itemgetter(*_OF_ATTEMPT)
#: The one line that keeps a chain from forking: only attempt N moves it from N to N + 1.
_NEXT_ONE = "deliveries.next = excluded.next - 1"


def _upsert(values: str) -> str:
    set_ = [f"{name} = excluded.{name}" for name in _MOVED]
    set_ += [f"{name} = deliveries.{name} + excluded.{name}" for name in _ADDED]
    return (
        f"INSERT INTO deliveries ({', '.join(_OF_DELIVERY)}) {values} "
        f"ON CONFLICT (id) DO UPDATE SET {', '.join(set_)} WHERE {_NEXT_ONE}"
    )


def _arrays() -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own lack
    types = [column.type.compile(dialect) for column in _DELIVERIES.columns]
    listed = (f"${place}::{kind}[]" for place, kind in enumerate(types, start=1))
    return f"SELECT * FROM unnest({', '.join(listed)})"  # noqa: S608 - no input in it


_POSTGRESQL = f"{_upsert(_arrays())} RETURNING id"
_SQLITE = _upsert(f"VALUES ({', '.join('?' * len(_OF_DELIVERY))})")


def _sqlite_insert(table: str, names: tuple[str, ...]) -> str:
    gaps = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({gaps})"  # noqa: S608 - no input in it


_SQLITE_NEW = _sqlite_insert("deliveries", _OF_DELIVERY)
_SQLITE_ATTEMPT = _sqlite_insert("attempts", _OF_ATTEMPT)
_SQLITE_KNOWN = "SELECT id, next FROM deliveries WHERE id IN (SELECT value FROM json_each(?))"


def _moments(table: Table, names: tuple[str, ...]) -> list[int]:
    return [at for at, name in enumerate(names) if isinstance(table.columns[name].type, UtcTime)]


_MOMENTS_OF_DELIVERY = _moments(_DELIVERIES, _OF_DELIVERY)
_MOMENTS_OF_ATTEMPT = _moments(_ATTEMPTS, _OF_ATTEMPT)


async def move(database: Database, driver: Any, deliveries: Rows, *, new: bool) -> set[str]:
    """Write deliveries, each at most once; answer the ids of those that this has moved on. `new`: none of
    them was on record when somebody looked."""
    rows = sorted(map(_delivery, deliveries))  # the same order for all, or two would lock up
    added = _copied if database.is_postgresql else _inserted
    if new and await added(driver, rows):
        return {row[0] for row in rows}
    if database.is_postgresql:
        found = await driver.fetch(_POSTGRESQL, *zip(*rows, strict=True))
        return {row[0] for row in found}
    # An executemany of SQLite's answers nothing; but nobody writes between these two.
    ids = json.dumps([row["id"] for row in deliveries])
    known = dict(driver.execute(_SQLITE_KNOWN, (ids,)).fetchall())
    moved = [row for row in deliveries if known.get(row["id"], row["next"] - 1) == row["next"] - 1]
    driver.executemany(_SQLITE, [_plain(_delivery(row), _MOMENTS_OF_DELIVERY) for row in moved])
    return {row["id"] for row in moved}


async def _copied(driver: Any, rows: list[tuple[Any, ...]]) -> bool:
    """Add rows of which none is on record; False, with nothing done, if one is after all."""
    try:
        async with driver.transaction():
            await driver.copy_records_to_table("deliveries", records=rows, columns=_OF_DELIVERY)
    except asyncpg.UniqueViolationError:
        return False
    return True


async def _inserted(driver: Any, rows: list[tuple[Any, ...]]) -> bool:
    driver.execute("SAVEPOINT new")
    try:
        driver.executemany(_SQLITE_NEW, [_plain(row, _MOMENTS_OF_DELIVERY) for row in rows])
    except sqlite3.IntegrityError:
        driver.execute("ROLLBACK TO new")
        return False
    finally:
        driver.execute("RELEASE new")
    return True


async def add(database: Database, driver: Any, attempts: Rows) -> None:
    """Write attempts."""
    rows = map(_attempt, attempts)
    if database.is_postgresql:
        await driver.copy_records_to_table("attempts", records=rows, columns=_OF_ATTEMPT)
    else:
        driver.executemany(_SQLITE_ATTEMPT, [_plain(row, _MOMENTS_OF_ATTEMPT) for row in rows])


def _plain(row: tuple[Any, ...], moments: list[int]) -> tuple[Any, ...]:
    """Answer a row as SQLAlchemy keeps it in SQLite: moments as text, in UTC."""
    values = list(row)
    for place in moments:
        if values[place] is not None:
            values[place] = _text(values[place])
    return tuple(values)


def _text(moment: datetime) -> str:
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(" ", "microseconds")[:26]
