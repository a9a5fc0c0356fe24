"""A delivery's detail fits into a reply, whatever its receiver answered; lists are by the events' times."""

import json
from typing import Any

import pytest

from telecine.delivery.outcome import BODY_CAP, HEADERS_CAP, kept_headers
from telecine.delivery.queries import ATTEMPTS, Queries
from telecine.delivery.schema import SCHEMA
from telecine.delivery.tables import AttemptRow
from telecine.shared.contracts.delivery import DeliveryDetail, GetDelivery, ListDeliveries
from telecine.shared.errors import Refusal
from telecine.shared.tables.database import Database, opened
from telecine.shared.wire.rpc import MOST_BYTES
from tests.delivery.rows import add, after, attempt, delivery


def answered(number: int, body: bytes, headers: bytes = b"y") -> AttemptRow:
    kept = kept_headers([(b"x", headers * 8_000), (b"x", headers * 8_000)])
    texts = json.dumps(kept, ensure_ascii=False)
    return attempt(number, response_headers=texts, response_body=body)


async def detail(database_url: str, *attempts: AttemptRow, **columns: Any) -> DeliveryDetail:
    """Answer the detail of a delivery with these attempts, which fits into a message."""
    async with opened(database_url, SCHEMA) as database:
        await add(database, delivery(**columns), *attempts)
        found = await Queries(database).get(GetDelivery(org="demo", delivery_id="d"))
    assert len(found.model_dump_json().encode()) < MOST_BYTES
    return found


@pytest.mark.parametrize("byte", [b"\x00", b"\x1f", b"\xff", b'"', b"x"])
async def test_twelve_attempts_with_hostile_answers_fit_into_a_reply(
    database_url: str, byte: bytes
) -> None:
    rows = [answered(number, byte * BODY_CAP) for number in range(1, 13)]

    found = await detail(database_url, *rows)

    assert [each.number for each in found.attempts] == list(range(1, 13))
    assert len(found.attempts[0].response_body) == BODY_CAP
    assert len(found.attempts[0].response_headers) == 2
    assert not found.attempts[0].response_truncated


@pytest.mark.parametrize("headers", [b"\xff", b'"', b"y"])
async def test_very_many_attempts_share_the_room_and_say_that_they_were_cut(
    database_url: str, headers: bytes
) -> None:
    rows = [answered(number, b"\xff" * BODY_CAP, headers) for number in range(1, 91)]

    found = await detail(database_url, *rows, body=b'"' * 50_000)

    assert len(found.attempts) == 90
    assert all(each.response_truncated for each in found.attempts)
    assert all(len(each.response_body) > 1_000 for each in found.attempts)


async def test_of_more_attempts_than_that_the_last_ones_are_shown(database_url: str) -> None:
    rows = [attempt(number, response_body=b"short") for number in range(1, ATTEMPTS + 21)]

    found = await detail(database_url, *rows)

    assert [each.number for each in found.attempts] == list(range(21, ATTEMPTS + 21))
    assert {each.response_body for each in found.attempts} == {"short"}


@pytest.mark.parametrize("byte", [b"\xff", b"y", "é".encode()])
def test_headers_are_kept_up_to_so_many_bytes_of_what_is_kept(byte: bytes) -> None:
    kept = kept_headers((b"x-%d" % number, byte * 100) for number in range(1_000))

    size = sum(len((name + value).encode()) for name, value in kept)
    assert HEADERS_CAP - 400 < size <= HEADERS_CAP


async def test_deliveries_of_several_logs_are_listed_by_their_events_times(
    database_url: str,
) -> None:
    async with opened(database_url, SCHEMA) as database:
        await add(
            database,
            delivery("old", created_at=after(0), event_sequence=7_000),
            delivery("live", created_at=after(2), event_sequence=3, event_type="live.created"),
            delivery("new", created_at=after(3), event_sequence=7_001),
            delivery("same", created_at=after(2), event_sequence=2),
        )

        assert await names(database) == ["new", "live", "same", "old"]
        assert await names(database, endpoint_id="e") == ["new", "live", "same", "old"]
        assert await names(database, video_id="v") == ["new", "live", "same", "old"]


async def names(database: Database, **wanted: str) -> list[str]:
    """Follow a list's cursor from one delivery to the next; answer their ids."""
    found, cursor = [], None
    while True:
        query = ListDeliveries(org="demo", limit=1, cursor=cursor, **wanted)
        page = await Queries(database).list(query)
        found += [each.id for each in page.deliveries]
        if page.cursor is None:
            return found
        cursor = page.cursor


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "x", "1_d", "_1_d", "1__d", "1_1_", "1_1_\0", "-1_1_d", "1_1_d.e"),
        *(f"{10**18}_1_d", f"{'9' * 5_000}_1_d", f"1_{'9' * 5_000}_d"),
    ],
)
async def test_what_is_no_cursor_is_refused(database_url: str, cursor: str) -> None:
    async with opened(database_url, SCHEMA) as database:
        with pytest.raises(Refusal, match="not a cursor"):
            await Queries(database).list(ListDeliveries(org="demo", cursor=cursor))


@pytest.mark.parametrize("errors", [(), ("status",), ("timeout", None), (None, "reset")])
async def test_a_delivery_has_the_error_of_its_last_attempt_listed_or_looked_at(
    database_url: str, errors: tuple[str | None, ...]
) -> None:
    rows = [attempt(number, error=error) for number, error in enumerate(errors, 1)]

    found = await detail(database_url, *rows)

    async with opened(database_url, SCHEMA) as database:
        page = await Queries(database).list(ListDeliveries(org="demo"))
    assert page.deliveries == [found.delivery]
    assert found.delivery.error == (errors[-1] if errors else None)
