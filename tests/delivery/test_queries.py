"""A delivery's detail fits into a reply, whatever its receiver answered."""

import json
from datetime import UTC, datetime

import pytest

from telecine.delivery.outcome import BODY_CAP
from telecine.delivery.queries import Queries
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.contracts.delivery import GetDelivery
from telecine.shared.database import opened

AT = datetime(2026, 1, 31, tzinfo=UTC)


def delivery(attempts: int) -> DeliveryRow:
    return DeliveryRow(
        id="d",
        org="demo",
        endpoint_id="e",
        platform="p",
        event_id="v",
        event_type="video.uploaded",
        event_sequence=1,
        video_id="v",
        state="exhausted",
        next=attempts + 1,
        attempts=attempts,
        next_at=None,
        reason=None,
        ended=None,
        created_at=AT,
        updated_at=AT,
        matched_at=AT,
        endpoint_sequence=1,
        correlation_id="c",
        body=b"{}",
    )


def attempt(number: int, body: bytes) -> AttemptRow:
    return AttemptRow(
        delivery_id="d",
        number=number,
        trigger="retry",
        started_at=AT,
        ended_at=AT,
        wall_at=AT,
        url="http://127.0.0.1/",
        address=None,
        request_headers=json.dumps([["webhook-id", "d"]]),
        status=500,
        reason="",
        response_headers=json.dumps([["x", "y" * 16_000]]),
        response_body=body,
        response_truncated=False,
        error="status",
        message="answered 500",
        duration_ms=1,
        dns_ms=None,
        connect_ms=None,
        tls_ms=None,
        first_byte_ms=None,
        next_at=None,
        next_reason=None,
    )


@pytest.mark.parametrize("byte", [b"\x00", b"\x1f", b"\xff", b'"', b"x"])
async def test_twelve_attempts_with_hostile_answers_fit_into_a_reply(
    database_url: str, byte: bytes
) -> None:
    async with opened(database_url, [DeliveryRow, AttemptRow]) as database:
        async with database.session() as session:
            session.add(delivery(12))
            session.add_all(attempt(number, byte * BODY_CAP) for number in range(1, 13))
            await session.commit()

        detail = await Queries(database).get(GetDelivery(org="demo", delivery_id="d"))

    assert len(detail.attempts) == 12
    assert len(detail.model_dump_json()) < 1024 * 1024
    assert len(detail.attempts[0].response_body) == BODY_CAP


async def test_very_many_attempts_share_the_room_and_say_that_they_were_cut(
    database_url: str,
) -> None:
    async with opened(database_url, [DeliveryRow, AttemptRow]) as database:
        async with database.session() as session:
            session.add(delivery(30))
            rows = [attempt(number, b"\xff" * BODY_CAP) for number in range(1, 31)]
            for row in rows:
                row.response_headers = "[]"
            session.add_all(rows)
            await session.commit()

        detail = await Queries(database).get(GetDelivery(org="demo", delivery_id="d"))

    assert all(each.response_truncated for each in detail.attempts)
    assert len(detail.model_dump_json()) < 1024 * 1024
