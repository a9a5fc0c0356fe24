"""The search through attempts: what it finds, page by page, and along which index."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from telecine.delivery.outcome import BODY_CAP
from telecine.delivery.queries import Queries
from telecine.delivery.schema import SCHEMA
from telecine.delivery.searching import ROOM, AttemptSearch
from telecine.delivery.walking import STEP
from telecine.shared.contracts.attempts import SearchAttempts, Statuses
from telecine.shared.contracts.delivery import ListDeliveries
from telecine.shared.tables.database import Database, opened
from tests.delivery.rows import add, add_many, after, attempt, delivery
from tests.delivery.statements import plans

NONE = Statuses(least=None, most=None)
#: How both databases say that they read a whole table.
SCANS = re.compile(r"(Seq Scan on|SCAN) (attempts|deliveries)\b")
#: How SQLite says that it takes an index by its first column alone, and so may read all of it.
FIRST_COLUMN_ALONE = re.compile(r"\((org|endpoint_id)[<>]\?")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, SCHEMA) as database:  # the indexes as migrations make them
        yield database


async def numbers(database: Database, **wanted: Any) -> list[int]:
    """Answer the numbers of the attempts that are found."""
    page = await AttemptSearch(database).page(SearchAttempts(org="demo", **wanted))
    return [each.number for each in page.attempts]


async def every_page(database: Database, **wanted: Any) -> list[int]:
    """Follow the cursor to the end; answer the ids of what is found."""
    found: list[int] = []
    cursor = None
    while True:
        query = SearchAttempts(org="demo", cursor=cursor, **wanted)
        page = await AttemptSearch(database).page(query)
        found += [each.id for each in page.attempts]
        if page.cursor is None:
            return found
        cursor = page.cursor


QUESTIONS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [5, 4, 3, 2, 1]),
    ({"endpoint_id": "other"}, [3]),
    ({"endpoint_id": "nobody"}, []),
    ({"video_id": "w"}, [5]),
    ({"video_id": "w", "endpoint_id": "other"}, []),
    ({"delivery_id": "d"}, [4, 3, 2, 1]),
    ({"delivery_id": "d", "error": "any"}, [4, 3, 2]),
    ({"event_type": "video.deleted"}, [5]),
    ({"statuses": Statuses(least=503, most=503)}, [2]),
    ({"statuses": Statuses(least=500, most=599)}, [3, 2]),
    ({"statuses": Statuses(least=200, most=299)}, [5, 1]),
    ({"statuses": NONE}, [4]),
    ({"error": "any"}, [4, 3, 2]),
    ({"error": "timeout"}, [4]),
    ({"error": "status", "endpoint_id": "other"}, [3]),
    ({"trigger": "first"}, [1]),
    ({"trigger": "replay"}, [5]),
    ({"since": after(2)}, [5, 3, 2]),
    ({"until": after(2)}, [4, 1]),
    ({"since": after(1), "until": after(3)}, [4, 2]),
]


async def test_what_is_asked_for_is_found_newest_first(database: Database) -> None:
    good: dict[str, Any] = {"status": 200, "error": None}
    await add(
        database,
        delivery(),
        delivery("x", video_id="w"),
        attempt(1, started_at=after(0), **good),
        attempt(2, started_at=after(2), status=503),
        attempt(3, started_at=after(3), endpoint_id="other"),
        attempt(4, started_at=after(1), status=None, error="timeout"),  # time went on, and jumped
        attempt(
            5,
            started_at=after(5),
            delivery_id="x",
            trigger="replay",
            event_type="video.deleted",
            **good,
        ),
        attempt(6, org="somebody", endpoint_id="theirs", delivery_id="y"),
    )

    for wanted, found in QUESTIONS:
        assert await numbers(database, **wanted) == found, wanted
    assert await numbers(database, endpoint_id="theirs") == []


async def test_a_cursor_goes_on_where_it_was_whatever_is_added(database: Database) -> None:
    await add(database, *(attempt(number) for number in range(1, 7)))
    search = AttemptSearch(database)
    first = await search.page(SearchAttempts(org="demo", limit=3))

    await add(database, *(attempt(number) for number in range(7, 10)))
    rest = await search.page(SearchAttempts(org="demo", limit=3, cursor=first.cursor))

    assert [each.number for each in (*first.attempts, *rest.attempts)] == [6, 5, 4, 3, 2, 1]
    assert rest.cursor is None


async def test_pages_have_everything_once(database: Database) -> None:
    await add(database, delivery(), *(attempt(number) for number in range(2, 12)))

    questions: list[dict[str, Any]] = [
        {},
        {"video_id": "v"},
        {"error": "any"},
        {"trigger": "retry"},
    ]
    for wanted in questions:
        found = await every_page(database, limit=3, **wanted)

        assert len(found) == 10, wanted
        assert found == sorted(set(found), reverse=True), wanted


async def test_a_page_looks_through_so_many_rows_and_no_more(database: Database) -> None:
    await add(database, attempt(1, trigger="probe"))
    await add_many(database, 2 * STEP)
    search = AttemptSearch(database, most=STEP)
    wanted: dict[str, Any] = {"org": "demo", "trigger": "probe"}

    first = await search.page(SearchAttempts(**wanted))
    second = await search.page(SearchAttempts(cursor=first.cursor, **wanted))
    third = await search.page(SearchAttempts(cursor=second.cursor, **wanted))

    assert (first.attempts, second.attempts) == ([], [])
    assert [each.trigger for each in third.attempts] == ["probe"]
    assert third.cursor is None


async def test_a_page_of_large_attempts_fits_into_a_reply_and_the_next_has_the_rest(
    database: Database,
) -> None:
    headers = json.dumps([["x", "\N{REPLACEMENT CHARACTER}" * 5_000]], ensure_ascii=False)
    answered: dict[str, Any] = {
        "response_headers": headers,
        "response_body": b"\xff" * BODY_CAP,
    }
    large = [attempt(number, **answered) for number in range(1, 31)]
    await add(database, *large)

    page = await AttemptSearch(database).page(SearchAttempts(org="demo"))

    assert len(page.model_dump_json().encode()) < ROOM
    assert 1 < len(page.attempts) < 30
    assert not any(each.response_truncated for each in page.attempts)
    assert len(await every_page(database)) == 30


async def test_deliveries_are_found_by_why_they_wait_and_when_their_event_was(
    database: Database,
) -> None:
    questions: list[dict[str, Any]] = [
        {"state": "parked"},
        {"reason": "breaker"},
        {"since": after(1), "until": after(3)},
        {"endpoint_id": "e", "state": "parked"},
        {"video_id": "v", "state": "parked"},
    ]
    parked = {"state": "parked", "reason": "breaker", "predecessor": "early"}
    await add(
        database,
        delivery("early", created_at=after(0)),
        delivery("held", created_at=after(1), **parked),
        delivery("late", created_at=after(3)),
        attempt(1, delivery_id="held", error="timeout"),
        attempt(2, delivery_id="held", error="status"),
    )

    for wanted in questions:
        page = await Queries(database).list(ListDeliveries(org="demo", **wanted))
        (found,) = page.deliveries

        assert (found.id, found.reason, found.error) == ("held", "breaker", "status"), wanted
        assert (found.predecessor, found.trigger) == ("early", "first")


ALONG: list[tuple[dict[str, Any], str]] = [
    ({}, "attempts_newest"),
    ({"trigger": "probe"}, "attempts_newest"),
    ({"since": after(1)}, "attempts_newest"),
    ({"error": "any"}, "attempts_failed"),
    ({"error": "timeout"}, "attempts_failed"),
    ({"statuses": Statuses(least=500, most=599)}, "attempts_failed"),
    ({"endpoint_id": "e1"}, "attempts_of_endpoint"),
    ({"endpoint_id": "e1", "error": "any"}, "attempts_of_endpoint"),
    ({"delivery_id": "d7"}, "ix_attempts_delivery_id"),
    ({"video_id": "v7"}, "ix_attempts_delivery_id"),
]
DELIVERIES_ALONG: list[tuple[dict[str, Any], str]] = [
    ({"state": "parked"}, "deliveries_newest"),
    ({"endpoint_id": "e1", "state": "parked"}, "deliveries_of_endpoint"),
    ({"video_id": "v7"}, "ix_deliveries_video_id"),
]


async def test_every_question_goes_along_an_index(database: Database) -> None:
    await add_many(database, 20_000, failing=100)
    search, queries = AttemptSearch(database), Queries(database)
    found = []
    for wanted, index in ALONG:
        query = SearchAttempts(org="demo", cursor="15000", limit=10, **wanted)
        found.append((index, await plans(database, search.page(query))))
    for wanted, index in DELIVERIES_ALONG:
        cursor = "63842000000000000_7_d1"  # in the year 2024
        listed = ListDeliveries(org="demo", cursor=cursor, limit=10, **wanted)
        found.append((index, await plans(database, queries.list(listed))))

    for index, steps in found:
        assert any(index in plan for plan in steps), steps
        for plan in steps:
            assert not SCANS.search(plan), plan
            assert not FIRST_COLUMN_ALONE.search(plan), plan
