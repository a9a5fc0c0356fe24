"""A page of a long table, newest first, that never looks through more than so many of its rows.

A filter that no index serves costs the reading of whatever it leaves out. So a page is found in steps
along an index, and ends when it is full, or when it has looked at enough: its cursor goes on from there.
SQLite answers in the event loop, where between two steps others have their turn.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from telecine.shared.tables.database import Database

#: Rows that one statement looks at, and that one page does.
STEP, MOST = 2_000, 100_000

Place = tuple[Any, ...]

_ALONG_AN_INDEX = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true), "
    "set_config('enable_bitmapscan', 'off', true)"
)


@dataclass(frozen=True)
class Walk:
    """What to look through: rows whose leading columns have these values, in the order of `place`.

    An index has the columns of `whose`, then those of `place`, and may be of rows with `along` only;
    each row is held against `among`.
    """

    columns: Sequence[Any]
    whose: Sequence[tuple[Any, Any]]
    place: Sequence[Any]
    along: Sequence[ColumnElement[bool]]
    among: Sequence[ColumnElement[bool]]

    @property
    def order(self) -> list[Any]:
        return [*(column for column, _ in self.whose), *self.place]


@dataclass(frozen=True)
class Stretch:
    """What was found, newest first, and the place to go on behind; None: there is nothing more."""

    rows: list[RowMapping]
    behind: Place | None


async def walked(
    database: Database, walk: Walk, behind: Place | None, limit: int, *, most: int = MOST
) -> Stretch:
    """Answer at most `limit` rows behind a place. There may be more although fewer were found."""
    found: list[RowMapping] = []
    for _ in range(0, most, STEP):
        edge = await _edge(database, walk, behind) if walk.among else None
        found += await _between(database, walk, behind, edge, limit + 1 - len(found))
        if len(found) > limit:
            return Stretch(found[:limit], _place(walk, found[limit - 1]))
        if edge is None:
            return Stretch(found, None)
        behind = edge
        await asyncio.sleep(0)
    return Stretch(found, behind)


async def _edge(database: Database, walk: Walk, behind: Place | None) -> Place | None:
    """Answer the place where a step from here ends; None: before that the table does."""
    last = _ordered(walk, walk.place, [*walk.along, *_range(database, walk, behind, None)])
    async with _reading(database, walk) as session:
        row = (await session.execute(last.offset(STEP - 1).limit(1))).first()
    return tuple(row) if row else None


async def _between(
    database: Database, walk: Walk, behind: Place | None, edge: Place | None, most: int
) -> Sequence[RowMapping]:
    within = [*walk.along, *walk.among, *_range(database, walk, behind, edge)]
    async with _reading(database, walk) as session:
        found = await session.execute(_ordered(walk, walk.columns, within).limit(most))
        rows: Sequence[RowMapping] = found.mappings().all()
    return rows


@asynccontextmanager
async def _reading(database: Database, walk: Walk) -> AsyncIterator[AsyncSession]:
    """A session for a step. PostgreSQL knows nothing of a range over several columns, takes it for the
    whole table, and would rather read and sort that than go along an index."""
    async with database.session() as session:
        if database.is_postgresql and walk.whose:
            await session.execute(_ALONG_AN_INDEX)
        yield session


def _ordered(walk: Walk, columns: Sequence[Any], conditions: Sequence[Any]) -> Select[Any]:
    newest_first = (column.desc() for column in walk.order)
    return select(*columns).where(*conditions).order_by(*newest_first)


def _range(
    database: Database, walk: Walk, behind: Place | None, edge: Place | None
) -> list[ColumnElement[bool]]:
    """Answer what keeps to the rows between two places, in the words that make each database take
    the one index, and all columns of it.

    PostgreSQL is given no equation: with one it may take another index of the same order, with none of
    the rows. SQLite is given one: of a range over several columns it may use the first alone.
    """
    if not database.is_postgresql:
        return [
            *(column == value for column, value in walk.whose),
            *_bounds(list(zip(walk.place, behind or (), strict=False)), "<"),
            *_bounds(list(zip(walk.place, edge or (), strict=False)), ">="),
        ]
    above, below = (
        [*walk.whose, *zip(walk.place, at or (), strict=False)] for at in (behind, edge)
    )
    return [*_bounds(above, "<" if behind else "<="), *_bounds(below, ">=")]


def _bounds(pairs: list[tuple[Any, Any]], sign: str) -> list[ColumnElement[bool]]:
    """Answer that these columns together are less or greater than these values."""
    if not pairs:
        return []
    columns = tuple_(*(column for column, _ in pairs))
    values = tuple_(*(literal(value, column.type) for column, value in pairs))
    return [columns.bool_op(sign)(values)]


def _place(walk: Walk, row: RowMapping) -> Place:
    return tuple(row[column] for column in walk.place)
