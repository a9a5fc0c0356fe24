"""The records of a chain on a real database: attempt N moves a delivery from N to N + 1, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from telecine.delivery.attempt import delivery_row
from telecine.delivery.decider import Discarded, Postponed, State, Succeeded
from telecine.delivery.records import Entry, Records
from telecine.delivery.rows import AttemptValues
from telecine.delivery.standing import owed_of, state_of, values_of
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.tables.database import opened
from tests.shared.golden_cases import OWED
from tests.shared.videos import minute


def attempt(number: int, state: State, delivery_id: str = OWED.delivery_id) -> AttemptValues:
    due = state.due if isinstance(state, Postponed) else None
    row = AttemptRow(
        delivery_id=delivery_id,
        number=number,
        trigger="first" if number == 1 else "retry",
        started_at=minute(number),
        ended_at=minute(number),
        wall_at=minute(number),
        url="http://127.0.0.1/hook",
        address=None,
        request_headers="[]",
        status=500,
        reason="",
        response_headers="[]",
        response_body=b"",
        response_truncated=False,
        error="status",
        message="",
        duration_ms=1.0,
        dns_ms=None,
        connect_ms=None,
        tls_ms=None,
        first_byte_ms=None,
        next_at=due,
        next_reason="schedule" if due else None,
    )
    return values_of(row)


def entry(number: int, state: State, *, new: bool = False, **owed: Any) -> Entry:
    """Answer what attempt `number` leaves on record if it leads to a state."""
    changed = replace(OWED, **owed)
    row = attempt(number, state, changed.delivery_id)
    return Entry(delivery_row(changed, state, minute(number), "retry"), row, new=new)


def failed(number: int, *, new: bool = False) -> Entry:
    return entry(number, Postponed(number + 1, minute(number) + timedelta(seconds=5)), new=new)


@asynccontextmanager
async def records(url: str) -> AsyncIterator[Records]:
    """One worker's records; several may be open on the same database."""
    async with opened(url, [DeliveryRow, AttemptRow]) as database:
        yield Records(database)


async def state(kept: Records) -> State:
    return state_of(await kept.get(OWED.delivery_id))


async def test_attempts_one_after_the_other_move_a_delivery_on(database_url: str) -> None:
    async with records(database_url) as kept:
        assert await kept.put(failed(1))
        assert await kept.put(failed(2))
        assert await kept.put(entry(3, Succeeded(4)))

        assert await state(kept) == Succeeded(4)
        assert (await kept.attempt(OWED.delivery_id, 3)).number == 3


@pytest.mark.parametrize(
    "late", [failed(1), failed(1, new=True), failed(3), entry(1, Succeeded(2), new=True)]
)
async def test_an_attempt_with_another_number_than_the_next_moves_nothing(
    database_url: str, late: Entry
) -> None:
    async with records(database_url) as kept:
        await kept.put(failed(1))

        assert not await kept.put(late)

        assert await state(kept) == Postponed(2, minute(1) + timedelta(seconds=5))
        last = await kept.attempt(OWED.delivery_id, 1)
        assert (last.number, last.trigger) == (1, "first")


async def test_a_discard_uses_up_the_number_of_the_attempt_it_replaces(database_url: str) -> None:
    async with records(database_url) as kept:
        await kept.put(failed(1))
        discarded = Discarded(3, "endpoint_deleted")

        assert await kept.put(Entry(delivery_row(OWED, discarded, minute(2), None), None))
        assert not await kept.put(failed(2))

        assert await state(kept) == discarded


@pytest.mark.parametrize("new", [False, True])
async def test_of_the_same_attempt_in_one_group_one_wins(database_url: str, new: bool) -> None:
    async with records(database_url) as kept:
        won = (await kept.write([failed(1, new=new) for _ in range(5)])).won

        assert sorted(won) == [False] * 4 + [True]
        assert (await kept.attempt(OWED.delivery_id, 1)).trigger == "first"


@pytest.mark.parametrize("new", [False, True])
async def test_of_the_same_attempt_by_several_workers_one_wins(
    database_url: str, new: bool
) -> None:
    async with (
        records(database_url) as one,
        records(database_url) as two,
        records(database_url) as three,
    ):
        won = await asyncio.gather(*(each.put(failed(1, new=new)) for each in (one, two, three)))

        assert sorted(won) == [False, False, True]
        assert await state(one) == Postponed(2, minute(1) + timedelta(seconds=5))


@pytest.mark.parametrize("new", [False, True])
async def test_losing_one_race_does_not_keep_others_of_the_group_from_winning(
    database_url: str, new: bool
) -> None:
    async with records(database_url) as kept:
        await kept.put(failed(1))
        others = [entry(1, Succeeded(2), new=new, delivery_id=f"d-{n}") for n in range(3)]

        won = (await kept.write([failed(1, new=new), *others])).won

        assert won == [False, True, True, True]


def resent(number: int, cause: str, wall: int = 0) -> Entry:
    """Answer what a resend leaves on record under a number."""
    made = entry(number, Succeeded(number + 1))
    assert made.attempt
    row = made.attempt._replace(trigger="resend", cause=cause, wall_at=minute(wall))
    return Entry(made.delivery, row, repeat=False, ordered=True)


async def test_resends_before_an_attempt_are_counted_and_their_repeats_are_not(
    database_url: str,
) -> None:
    async with records(database_url) as kept:
        await kept.put(failed(1))
        await kept.put(resent(2, "wish"))
        await kept.put(resent(3, "wish"))

        found = [await kept.resent_before(OWED.delivery_id, number) for number in (1, 2, 3, 4)]

    assert found == [0, 0, 1, 1]


async def listed(kept: Records) -> list[tuple[int, str, Any]]:
    """Answer the attempts in the order in which they were recorded: number, trigger, wall time."""
    async with kept._database.session() as session:
        rows = (await session.scalars(select(AttemptRow).order_by(col(AttemptRow.id)))).all()
        return [(row.number, row.trigger, row.wall_at) for row in rows]


@pytest.mark.parametrize("number", [2, 3], ids=["the-number-that-was-taken", "the-next"])
async def test_of_the_same_resend_by_two_workers_one_counts(
    database_url: str, number: int
) -> None:
    """Who looked for a cause before another one recorded it finds it where it records."""
    async with records(database_url) as one, records(database_url) as two:
        await one.put(entry(1, Succeeded(2)))
        assert await two.caused_by(OWED.delivery_id, "wish") is None

        assert await one.put(resent(2, "wish", 2))
        assert not await two.put(resent(number, "wish", 3))

        assert await state(two) == Succeeded(3)
        assert await listed(two) == [
            (1, "first", minute(1)),
            (2, "resend", minute(2)),
            (2, "repeat", minute(3)),
        ]
        row = await two.get(OWED.delivery_id)
        assert row is not None
        assert row.attempts == 2
        made = await two.caused_by(OWED.delivery_id, "wish")
        assert made is not None
        assert (made.number, made.trigger) == (2, "resend")


async def test_of_the_same_resend_recorded_by_two_workers_at_once_one_counts(
    database_url: str,
) -> None:
    async with records(database_url) as one, records(database_url) as two:
        await one.put(entry(1, Succeeded(2)))

        won = await asyncio.gather(one.put(resent(2, "wish")), two.put(resent(2, "wish")))
        again = await asyncio.gather(one.put(resent(3, "wish")), two.put(resent(3, "other")))

        assert sorted(won) == [False, True]
        assert list(again) == [False, True]
        triggers = sorted(each[:2] for each in await listed(one))
        assert triggers[1:] == [(2, "repeat"), (2, "repeat"), (2, "resend"), (3, "resend")]


async def test_a_delivery_on_record_can_be_owed_again_as_it_was(database_url: str) -> None:
    async with records(database_url) as kept:
        await kept.put(failed(1))

        row = await kept.get(OWED.delivery_id)

        assert row is not None
        assert owed_of(row) == OWED
