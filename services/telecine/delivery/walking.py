"""A page of a long table, newest first, that never looks through more than so many of its rows.

A filter that no index serves costs the reading of whatever it leaves out. So a page is found in steps
along an index, and ends when it is full, or when it has looked at enough: its cursor goes on from there.
SQLite answers in the event loop, where between two steps others have their turn.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, literal, select, tuple_

from telecine.shared.database import Database

#: Rows that one statement looks at, and that one page does.
STEP, MOST = 2_000, 100_000

Place = tuple[Any, ...]


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
    last = _ordered(walk, walk.place, [*walk.along, *_range(walk, behind, None)])
    async with database.session() as session:
        row = (await session.execute(last.offset(STEP - 1).limit(1))).first()
    return tuple(row) if row else None


async def _between(
    database: Database, walk: Walk, behind: Place | None, edge: Place | None, most: int
) -> Sequence[RowMapping]:
    within = [*walk.along, *walk.among, *_range(walk, behind, edge)]
    async with database.session() as session:
        found = await session.execute(_ordered(walk, walk.columns, within).limit(most))
        rows: Sequence[RowMapping] = found.mappings().all()
    return rows


def _ordered(walk: Walk, columns: Sequence[Any], conditions: Sequence[Any]) -> Select[Any]:
    newest_first = (column.desc() for column in walk.order)
    return select(*columns).where(*conditions).order_by(*newest_first)


def _range(walk: Walk, behind: Place | None, edge: Place | None) -> list[ColumnElement[bool]]:
    """Answer what keeps to the rows between two places.

    One bound each way over all columns of the index, and no equation: with one, a planner may take
    another index that has the same order and none of the rows.
    """
    bounds = []
    if behind or walk.whose:
        above, values = _bound(walk, behind)
        bounds.append(above < values if behind else above <= values)
    if edge or walk.whose:
        below, values = _bound(walk, edge)
        bounds.append(below >= values)
    return bounds


def _bound(walk: Walk, place: Place | None) -> tuple[Any, Any]:
    """Answer the columns of a bound and their values; without a place, those that say whose."""
    pairs = [*walk.whose, *(zip(walk.place, place, strict=True) if place else ())]
    values = (literal(value, column.type) for column, value in pairs)
    return tuple_(*(column for column, _ in pairs)), tuple_(*values)


def _place(walk: Walk, row: RowMapping) -> Place:
    return tuple(row[column] for column in walk.place)
