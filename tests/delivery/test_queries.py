"""A delivery's detail fits into a reply, whatever its receiver answered."""

import json

import pytest

from telecine.delivery.outcome import BODY_CAP
from telecine.delivery.queries import Queries
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.contracts.delivery import GetDelivery
from telecine.shared.tables.database import opened
from tests.delivery.rows import attempt, delivery


def answered(number: int, body: bytes) -> AttemptRow:
    headers = json.dumps([["x", "y" * 16_000]])
    return attempt(number, response_headers=headers, response_body=body)


@pytest.mark.parametrize("byte", [b"\x00", b"\x1f", b"\xff", b'"', b"x"])
async def test_twelve_attempts_with_hostile_answers_fit_into_a_reply(
    database_url: str, byte: bytes
) -> None:
    async with opened(database_url, [DeliveryRow, AttemptRow]) as database:
        async with database.session() as session:
            session.add(delivery(next=13, attempts=12))
            session.add_all(answered(number, byte * BODY_CAP) for number in range(1, 13))
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
            session.add(delivery(next=31, attempts=30))
            rows = [answered(number, b"\xff" * BODY_CAP) for number in range(1, 31)]
            for row in rows:
                row.response_headers = "[]"
            session.add_all(rows)
            await session.commit()

        detail = await Queries(database).get(GetDelivery(org="demo", delivery_id="d"))

    assert all(each.response_truncated for each in detail.attempts)
    assert len(detail.model_dump_json()) < 1024 * 1024
