"""Rows of deliveries and attempts as a test needs them, and many of them at once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel

from telecine.delivery.schema import SCHEMA
from telecine.delivery.tables import AttemptRow, DeliveryRow, ResendRow
from telecine.shared.tables.database import Database

AT = datetime(2026, 1, 31, tzinfo=UTC)
TABLES: list[type[SQLModel]] = list(SCHEMA.records)


def after(hours: float) -> datetime:
    return AT + timedelta(hours=hours)


def delivery(name: str = "d", **columns: Any) -> DeliveryRow:
    given: dict[str, Any] = {
        "id": name,
        "org": "demo",
        "endpoint_id": "e",
        "platform": "p",
        "event_id": "v",
        "event_type": "video.uploaded",
        "event_sequence": 1,
        "video_id": "v",
        "state": "exhausted",
        "next": 2,
        "attempts": 1,
        "next_at": None,
        "reason": None,
        "ended": None,
        "created_at": AT,
        "updated_at": AT,
        "matched_at": AT,
        "endpoint_sequence": 1,
        "correlation_id": "c",
        "body": b"{}",
    }
    return DeliveryRow(**(given | columns))


def attempt(number: int = 1, **columns: Any) -> AttemptRow:
    given: dict[str, Any] = {
        "delivery_id": "d",
        "org": "demo",
        "endpoint_id": "e",
        "event_type": "video.uploaded",
        "number": number,
        "trigger": "first" if number == 1 else "retry",
        "started_at": AT,
        "ended_at": AT,
        "wall_at": AT,
        "url": "http://127.0.0.1/",
        "address": None,
        "request_headers": json.dumps([["webhook-id", "d"]]),
        "status": 500,
        "reason": "",
        "response_headers": "[]",
        "response_body": b"",
        "response_truncated": False,
        "error": "status",
        "message": "answered 500",
        "duration_ms": 1,
        "dns_ms": None,
        "connect_ms": None,
        "tls_ms": None,
        "first_byte_ms": None,
        "next_at": None,
        "next_reason": None,
    }
    return AttemptRow(**(given | columns))


def resend(name: str = "w", **columns: Any) -> ResendRow:
    given: dict[str, Any] = {
        "id": name,
        "org": "demo",
        "endpoint_id": "e",
        "delivery_id": "d",
        "trigger": "resend",
        "in_bulk": False,
        "asked_at": AT,
        "endpoint_sequence": 1,
        "correlation_id": "c",
    }
    return ResendRow(**(given | columns))


async def add(database: Database, *rows: Any) -> None:
    """Write rows in their order."""
    async with database.session() as session:
        for row in rows:
            session.add(row)
            await session.flush()
        await session.commit()


async def add_many(database: Database, count: int, *, failing: int = 10) -> None:
    """Write `count` deliveries with an attempt each, every `failing`th failed; tell planners of them.

    Of org demo: endpoint e0 to e9 in turn, a video each ten, a second of virtual time each.
    """
    one_by_one = "SELECT n FROM generate_series(1, :count) AS n"
    if not database.is_postgresql:
        one_by_one = (
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count) "
            "SELECT n FROM s"
        )
    number = "CAST(n AS TEXT)"
    at = (
        "timestamptz '2026-01-31T00:00:00Z' + n * interval '1 second'"
        if database.is_postgresql
        else "strftime('%Y-%m-%d %H:%M:%f000', '2026-01-31', '+' || n || ' seconds')"
    )
    failed = f"n % {failing} = 0"
    deliveries = {
        "id": f"'d' || {number}",
        "org": "'demo'",
        "endpoint_id": "'e' || CAST(n % 10 AS TEXT)",
        "platform": "'p'",
        "event_id": f"'v' || {number}",
        "event_type": "'video.uploaded'",
        "event_sequence": "n",
        "video_id": "'v' || CAST(n / 10 AS TEXT)",
        "state": "'succeeded'",
        "next": "2",
        "attempts": "1",
        "created_at": at,
        "updated_at": at,
        "matched_at": at,
        "endpoint_sequence": "1",
        "correlation_id": "'c'",
        "body": "CAST('{}' AS BLOB)" if not database.is_postgresql else "'{}'::bytea",
    }
    attempts = {
        "delivery_id": f"'d' || {number}",
        "org": "'demo'",
        "endpoint_id": "'e' || CAST(n % 10 AS TEXT)",
        "event_type": "'video.uploaded'",
        "number": "1",
        "trigger": "'first'",
        "started_at": at,
        "ended_at": at,
        "wall_at": at,
        "url": "'http://127.0.0.1/'",
        "request_headers": "'[]'",
        "status": f"CASE WHEN {failed} THEN 500 ELSE 200 END",
        "reason": "''",
        "response_headers": "'[]'",
        "response_body": "CAST('' AS BLOB)" if not database.is_postgresql else "''::bytea",
        "response_truncated": "false",
        "error": f"CASE WHEN {failed} THEN 'status' END",
        "message": "''",
        "duration_ms": "1",
    }
    async with database.writing() as connection:
        for table, columns in (("deliveries", deliveries), ("attempts", attempts)):
            await connection.execute(
                text(
                    f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - ours
                    f"SELECT {', '.join(columns.values())} FROM ({one_by_one}) AS counted"
                ),
                {"count": count},
            )
    if database.is_postgresql:  # SQLite's tables are never analysed here, and so neither in tests
        async with database.writing() as connection:
            await connection.execute(text("ANALYZE"))
