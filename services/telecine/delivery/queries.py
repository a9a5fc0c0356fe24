"""Delivery's answers: deliveries, newest first, and one delivery with every attempt."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, literal, select, tuple_
from sqlmodel import col

from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.contracts.delivery import (
    Attempt,
    Delivery,
    DeliveryDetail,
    DeliveryPage,
    GetDelivery,
    ListDeliveries,
)
from telecine.shared.database import Database
from telecine.shared.errors import Refusal

#: Bytes of all receivers' answers in one reply, which has 1 MiB for everything.
BODIES = 192 * 1024
#: JSON would make six bytes of each of these.
_UNSEEN = dict.fromkeys(set(range(32)) - {9, 10, 13}, "\N{REPLACEMENT CHARACTER}")

_LISTED = tuple(Delivery.model_fields)


class Queries:
    """Reads the records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, query: GetDelivery) -> DeliveryDetail:
        """Answer one delivery of an organisation, with what it carries and its attempts."""
        attempts = (
            select(AttemptRow)
            .where(col(AttemptRow.delivery_id) == query.delivery_id)
            .order_by(col(AttemptRow.id))
        )
        async with self._database.session() as session:
            row = await session.get(DeliveryRow, query.delivery_id)
            tries = (await session.scalars(attempts)).all()
        if row is None or row.org != query.org or query.endpoint_id not in {None, row.endpoint_id}:
            raise Refusal("not_found", "no such delivery")
        return DeliveryDetail(
            delivery=shown(row.model_dump()),
            body=row.body.decode(),
            attempts=[_attempt(each, BODIES // len(tries)) for each in tries],
        )

    async def list(self, query: ListDeliveries) -> DeliveryPage:
        """Answer a page, newest first. Its cursor stays good while others are added."""
        columns = [getattr(DeliveryRow, name) for name in (*_LISTED, "event_sequence")]
        newest = (col(DeliveryRow.event_sequence).desc(), col(DeliveryRow.id).desc())
        statement = select(*columns).where(*_conditions(query)).order_by(*newest)
        async with self._database.session() as session:
            rows = (await session.execute(statement.limit(query.limit + 1))).mappings().all()
        page = [shown(row) for row in rows[: query.limit]]
        more = len(rows) > query.limit
        return DeliveryPage(
            deliveries=page, cursor=_cursor(rows[query.limit - 1]) if more else None
        )


def _conditions(query: ListDeliveries) -> list[ColumnElement[bool]]:
    wanted = {
        "endpoint_id": query.endpoint_id,
        "video_id": query.video_id,
        "event_type": query.event_type,
        "state": query.state,
    }
    found = [col(DeliveryRow.org) == query.org]
    found += [getattr(DeliveryRow, name) == value for name, value in wanted.items() if value]
    if query.cursor:
        place = tuple_(col(DeliveryRow.event_sequence), col(DeliveryRow.id))
        position, delivery_id = _place(query.cursor)
        found.append(place < tuple_(literal(position), literal(delivery_id)))
    return found


def _cursor(last: RowMapping) -> str:
    """Answer the cursor that continues behind a row: newest means last in the event log."""
    return f"{last['event_sequence']}_{last['id']}"


def _place(text: str) -> tuple[int, str]:
    position, separator, delivery_id = text.partition("_")
    if not (separator and position.isdecimal() and len(position) < 19):
        message = "not a cursor of this list; take it from the answer before"
        raise Refusal("invalid", message, "cursor")
    return int(position), delivery_id


def shown(row: Mapping[Any, Any]) -> Delivery:
    """Answer a delivery from its row."""
    return Delivery.model_validate({name: row[name] for name in _LISTED})


def _attempt(row: AttemptRow, most: int) -> Attempt:
    fields = row.model_dump(include=set(Attempt.model_fields))
    fields["key_ids"] = json.loads(row.key_ids)
    fields["request_headers"] = json.loads(row.request_headers)
    fields["response_headers"] = json.loads(row.response_headers)
    fields["response_body"] = row.response_body[:most].decode(errors="replace").translate(_UNSEEN)
    fields["response_truncated"] = row.response_truncated or len(row.response_body) > most
    return Attempt.model_validate(fields)
