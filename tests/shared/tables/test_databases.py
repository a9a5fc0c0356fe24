"""The tables: views only move on, moments keep their zone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlmodel import Field, SQLModel, col

from telecine.shared.tables.database import Database, UtcTime, opened
from telecine.shared.tables.views import ViewRows

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class ThingRow(SQLModel, table=True):
    """A view of things, as wide as it must be."""

    __tablename__ = "things_of_tests"

    id: str = Field(primary_key=True)
    text: str
    seen_at: datetime = Field(sa_type=UtcTime)
    last_seq: int


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, [ThingRow]) as database:
        yield database


def row(thing: str, sequence: int, seen_at: datetime = NOON) -> dict[str, Any]:
    return {
        "id": thing,
        "text": f"{thing} after {sequence}",
        "seen_at": seen_at,
        "last_seq": sequence,
    }


async def shown(database: Database) -> dict[str, str]:
    async with database.session() as session:
        rows = (await session.scalars(select(ThingRow).order_by(col(ThingRow.id)))).all()
    return {each.id: each.text for each in rows}


async def test_row_that_was_put_can_be_read_by_everybody(
    database: Database, database_url: str
) -> None:
    await ViewRows(database, ThingRow).put(row("a", 1))

    async with opened(database_url, [ThingRow]) as another:
        assert await shown(another) == {"a": "a after 1"}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2)])
async def test_row_moves_on_and_never_back(database: Database, order: tuple[int, ...]) -> None:
    view = ViewRows(database, ThingRow)

    for sequence in order:
        await view.put(row("a", sequence))

    assert await shown(database) == {"a": "a after 3"}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
async def test_row_never_goes_back_within_one_group(
    database: Database, order: tuple[int, ...]
) -> None:
    view = ViewRows(database, ThingRow)

    await asyncio.gather(*(view.put(row("a", sequence)) for sequence in order))

    assert await shown(database) == {"a": "a after 3"}


async def test_writers_on_two_connections_leave_the_latest(
    database: Database, database_url: str
) -> None:
    async with opened(database_url, [ThingRow]) as another:
        views = [ViewRows(database, ThingRow), ViewRows(another, ThingRow)]
        things = [f"thing{number}" for number in range(20)]
        puts = [
            views[sequence % 2].put(row(thing, sequence))
            for sequence in range(1, 11)
            for thing in things
        ]
        await asyncio.gather(*puts)

    assert await shown(database) == {thing: f"{thing} after 10" for thing in sorted(things)}


async def test_moment_comes_back_in_utc_wherever_it_was_written(database: Database) -> None:
    in_india = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    await ViewRows(database, ThingRow).put(row("a", 1, in_india))

    async with database.session() as session:
        [found] = (await session.scalars(select(ThingRow))).all()

    assert found.seen_at == NOON
    assert found.seen_at.utcoffset() == timedelta(0)


async def test_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="zone"):
        await ViewRows(database, ThingRow).put(row("a", 1, NOON.replace(tzinfo=None)))

    assert await shown(database) == {}


async def test_moments_are_ordered_by_when_they_are(database: Database) -> None:
    view, zone = ViewRows(database, ThingRow), timezone(timedelta(hours=-8))
    for number in (3, 1, 2):
        moment = (NOON + timedelta(hours=number)).astimezone(zone if number == 2 else UTC)
        await view.put(row(f"t{number}", number, moment))

    async with database.session() as session:
        found = await session.scalars(select(col(ThingRow.id)).order_by(col(ThingRow.seen_at)))

    assert list(found) == ["t1", "t2", "t3"]


async def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    for sequence in (1, 2):
        async with opened(database_url, [ThingRow]) as database:
            await ViewRows(database, ThingRow).put(row(f"t{sequence}", sequence))
    async with opened(database_url, [ThingRow]) as database:
        assert list(await shown(database)) == ["t1", "t2"]
