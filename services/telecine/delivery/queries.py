"""Delivery's answers: deliveries, newest first, and one delivery with every attempt."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from telecine.delivery import searching
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.delivery.walking import MOST, Place, Walk, walked
from telecine.shared.contracts.delivery import (
    Attempt,
    Delivery,
    DeliveryDetail,
    DeliveryPage,
    GetDelivery,
    ListDeliveries,
    ListedDelivery,
)
from telecine.shared.errors import Refusal
from telecine.shared.tables.database import Database

#: Bytes of all receivers' answers in one reply, which has 1 MiB for everything.
BODIES = 192 * 1024

_LISTED = tuple(Delivery.model_fields)


class Queries:
    """Reads the records; `most`: rows that one list looks through."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most

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
        behind = _place(query.cursor) if query.cursor else None
        found = await walked(self._database, walk_of(query), behind, query.limit, most=self._most)
        errors = await self._errors([row["id"] for row in found.rows])
        return DeliveryPage(
            deliveries=[
                ListedDelivery(**_fields(row), error=errors.get(row["id"])) for row in found.rows
            ],
            cursor=_cursor(found.behind) if found.behind else None,
        )

    async def _errors(self, delivery_ids: Collection[str]) -> dict[str, Any]:
        """Answer the error classes of the last attempts of these."""
        last = (
            select(func.max(col(AttemptRow.id)))
            .where(col(AttemptRow.delivery_id).in_(delivery_ids))
            .group_by(col(AttemptRow.delivery_id))
        )
        rows = select(col(AttemptRow.delivery_id), col(AttemptRow.error)).where(
            col(AttemptRow.id).in_(last)
        )
        async with self._database.session() as session:
            return {row.delivery_id: row.error for row in await session.execute(rows)}


def walk_of(query: ListDeliveries) -> Walk:
    """Answer how to look for what was asked. A video's deliveries are few: they are sorted, which
    `+ 0` makes a planner do."""
    columns = [getattr(DeliveryRow, name) for name in _LISTED]
    position, delivery_id = col(DeliveryRow.event_sequence), col(DeliveryRow.id)
    whose = [(col(DeliveryRow.org), query.org)]
    if query.endpoint_id:
        whose.append((col(DeliveryRow.endpoint_id), query.endpoint_id))
    if query.video_id:
        place = (position + 0).label("place")
        few = [column.concat("") == value for column, value in whose]
        few.append(col(DeliveryRow.video_id) == query.video_id)
        few += _conditions(query)
        return Walk([*columns, place], [], [place, delivery_id], few, [])
    return Walk([*columns, position], whose, [position, delivery_id], [], _conditions(query))


def _conditions(query: ListDeliveries) -> list[ColumnElement[bool]]:
    wanted = {
        "event_type": query.event_type,
        "state": query.state,
        "reason": query.reason,
    }
    found = [getattr(DeliveryRow, name) == value for name, value in wanted.items() if value]
    if query.since:
        found.append(col(DeliveryRow.created_at) >= query.since)
    if query.until:
        found.append(col(DeliveryRow.created_at) < query.until)
    return found


def _cursor(last: Place) -> str:
    """Answer the cursor that continues behind a place: newest means last in the event log."""
    return f"{last[0]}_{last[1]}"


def _place(text: str) -> Place:
    position, separator, delivery_id = text.partition("_")
    if not (separator and position.isdecimal() and len(position) < 19):
        message = "not a cursor of this list; take it from the answer before"
        raise Refusal("invalid", message, "cursor")
    return int(position), delivery_id


def shown(row: Mapping[Any, Any]) -> Delivery:
    """Answer a delivery from its row."""
    return Delivery(**_fields(row))


def _fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _LISTED}


def _attempt(row: AttemptRow, most: int) -> Attempt:
    fields = row.model_dump(include=set(Attempt.model_fields))
    return Attempt.model_validate(searching.shown(fields, most))
