"""Rows of many attempts at once: one statement for their deliveries, one for themselves.

Each database in its own words, since this is done for every webhook: COPY costs a third of what arrays
do, and those a third of what SQLAlchemy's INSERT does (docs/benchmarks.md).
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no stubs
import orjson
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from telecine.delivery.rows import AttemptValues, DeliveryValues
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.tables.database import Database, UtcTime
from telecine.shared.tables.schema import table_of

Deliveries = Sequence[DeliveryValues]

_DELIVERIES, _ATTEMPTS = table_of(DeliveryRow), table_of(AttemptRow)
_OF_DELIVERY, _OF_ATTEMPT = DeliveryValues._fields, AttemptValues._fields


def _arrays() -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own lack
    types = [_DELIVERIES.columns[name].type.compile(dialect) for name in _OF_DELIVERY]
    listed = (f"${place}::{kind}[]" for place, kind in enumerate(types, start=1))
    return f"SELECT * FROM unnest({', '.join(listed)})"  # noqa: S608 - no input in it


@dataclass(frozen=True)
class _Upsert:
    """Writes deliveries of which some may be on record: there it changes some columns and adds to
    others, `where` the record stands as it must; `fits` says the same of (row, its next, its state)."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    where: str
    fits: Callable[[DeliveryValues, int, str], bool]

    @cached_property
    def postgresql(self) -> str:
        return f"{self._text(_arrays())} RETURNING id"

    @cached_property
    def sqlite(self) -> str:
        return self._text(f"VALUES ({', '.join('?' * len(_OF_DELIVERY))})")

    def _text(self, values: str) -> str:
        set_ = [f"{name} = excluded.{name}" for name in self.changed]
        set_ += [f"{name} = deliveries.{name} + excluded.{name}" for name in self.added]
        return (
            f"INSERT INTO deliveries ({', '.join(_OF_DELIVERY)}) {values} "
            f"ON CONFLICT (id) DO UPDATE SET {', '.join(set_)} WHERE {self.where}"
        )


#: What an attempt changes of a delivery. Its condition is the one line that keeps a chain from forking:
#: only attempt N moves it from N to N + 1.
_MOVING = _Upsert(
    ("state", "next", "next_at", "reason", "ended", "updated_at"),
    ("attempts", "resent"),
    "deliveries.next = excluded.next - 1",
    lambda row, next_, _: next_ == row.next - 1,
)
#: What parking changes: only of what waits for that very attempt, and of nothing that ended.
_PARKING = _Upsert(
    ("state", "next_at", "reason", "updated_at"),
    (),
    "deliveries.next = excluded.next AND deliveries.state IN ('postponed', 'parked')",
    lambda row, next_, state: next_ == row.next and state in {"postponed", "parked"},
)


def _sqlite_insert(table: str, names: tuple[str, ...]) -> str:
    gaps = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({gaps})"  # noqa: S608 - no input in it


_SQLITE_NEW = _sqlite_insert("deliveries", _OF_DELIVERY)
_SQLITE_ATTEMPT = _sqlite_insert("attempts", _OF_ATTEMPT)
_SQLITE_KNOWN = (
    "SELECT id, next, state FROM deliveries WHERE id IN (SELECT value FROM json_each(?))"
)


def _moments(table: Table, names: tuple[str, ...]) -> list[int]:
    return [at for at, name in enumerate(names) if isinstance(table.columns[name].type, UtcTime)]


_MOMENTS_OF_DELIVERY = _moments(_DELIVERIES, _OF_DELIVERY)
_MOMENTS_OF_ATTEMPT = _moments(_ATTEMPTS, _OF_ATTEMPT)


async def move(database: Database, driver: Any, deliveries: Deliveries, *, new: bool) -> set[str]:
    """Write deliveries behind an attempt; answer the ids of those that this has moved on. `new`: none of
    them was on record when somebody looked."""
    return await _write(database, driver, deliveries, _MOVING, new=new)


async def park(database: Database, driver: Any, deliveries: Deliveries, *, new: bool) -> set[str]:
    """Write deliveries that are parked; answer the ids of those that are now. `new` as for `move`."""
    return await _write(database, driver, deliveries, _PARKING, new=new)


async def _write(
    database: Database, driver: Any, deliveries: Deliveries, upsert: _Upsert, *, new: bool
) -> set[str]:
    """Write deliveries, each at most once; answer the ids of those that stood as they must."""
    rows = sorted(deliveries)  # the same order for all, or two would lock up
    added = _copied if database.is_postgresql else _inserted
    if new and await added(driver, rows):
        return {row.id for row in rows}
    if database.is_postgresql:
        found = await driver.fetch(upsert.postgresql, *zip(*rows, strict=True))
        return {row[0] for row in found}
    # An executemany of SQLite's answers nothing; but nobody writes between these two.
    ids = orjson.dumps([row.id for row in rows]).decode()
    known = {id_: (next_, state) for id_, next_, state in driver.execute(_SQLITE_KNOWN, (ids,))}
    fit = [row for row in rows if row.id not in known or upsert.fits(row, *known[row.id])]
    driver.executemany(upsert.sqlite, [_plain(row, _MOMENTS_OF_DELIVERY) for row in fit])
    return {row.id for row in fit}


async def _copied(driver: Any, rows: list[DeliveryValues]) -> bool:
    """Add rows of which none is on record; False, with nothing done, if one is after all."""
    try:
        async with driver.transaction():
            await driver.copy_records_to_table("deliveries", records=rows, columns=_OF_DELIVERY)
    except asyncpg.UniqueViolationError:
        return False
    return True


async def _inserted(driver: Any, rows: list[DeliveryValues]) -> bool:
    driver.execute("SAVEPOINT new")
    try:
        driver.executemany(_SQLITE_NEW, [_plain(row, _MOMENTS_OF_DELIVERY) for row in rows])
    except sqlite3.IntegrityError:
        driver.execute("ROLLBACK TO new")
        return False
    finally:
        driver.execute("RELEASE new")
    return True


async def add(database: Database, driver: Any, attempts: Sequence[AttemptValues]) -> None:
    """Write attempts."""
    if database.is_postgresql:
        await driver.copy_records_to_table("attempts", records=attempts, columns=_OF_ATTEMPT)
    else:
        plain = [_plain(row, _MOMENTS_OF_ATTEMPT) for row in attempts]
        driver.executemany(_SQLITE_ATTEMPT, plain)


def _plain(row: tuple[Any, ...], moments: list[int]) -> list[Any]:
    """Answer a row as SQLAlchemy keeps it in SQLite: moments as text, in UTC."""
    values = list(row)
    for place in moments:
        if values[place] is not None:
            values[place] = text_of(values[place])
    return values


def text_of(moment: datetime) -> str:
    """Answer a moment as SQLAlchemy keeps it in SQLite, in half of the time that `isoformat` takes."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    text = orjson.dumps(moment).decode()
    second = f"{text[1:11]} {text[12:20]}"
    return f"{second}.{text[21:27]}" if moment.microsecond else f"{second}.000000"
