"""Delivery's answers: deliveries, newest first, and one delivery with its attempts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from telecine.delivery import searching
from telecine.delivery.searching import frame_of
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
from telecine.shared.ids import is_token
from telecine.shared.tables.database import Database
from telecine.shared.wire.rpc import MOST_BYTES

#: Attempts that the answer about one delivery has, the last ones; the search has them all.
ATTEMPTS = 100

_FIRST, _MICROSECOND = datetime.min.replace(tzinfo=UTC), timedelta(microseconds=1)
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
            .order_by(col(AttemptRow.id).desc())
            .limit(ATTEMPTS)
        )
        async with self._database.session() as session:
            row = await session.get(DeliveryRow, query.delivery_id)
            tries = [each.model_dump() for each in await session.scalars(attempts)]
        if row is None or row.org != query.org or query.endpoint_id not in {None, row.endpoint_id}:
            raise Refusal("not_found", "no such delivery")
        return DeliveryDetail(
            delivery=ListedDelivery(
                **_fields(row.model_dump()), error=tries[0]["error"] if tries else None
            ),
            body=row.body.decode(),
            attempts=_attempts(tries[::-1], MOST_BYTES - 4096 - 2 * len(row.body)),
        )

    async def list(self, query: ListDeliveries) -> DeliveryPage:
        """Answer a page, newest first. Its cursor stays good while others are added."""
        behind = None if query.cursor is None else _place(query.cursor)
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
    `coalesce` makes a planner do."""
    columns = [getattr(DeliveryRow, name) for name in _LISTED]
    place = [col(DeliveryRow.created_at), col(DeliveryRow.event_sequence), col(DeliveryRow.id)]
    whose = [(col(DeliveryRow.org), query.org)]
    if query.endpoint_id:
        whose.append((col(DeliveryRow.endpoint_id), query.endpoint_id))
    if query.video_id:
        few = [column.concat("") == value for column, value in whose]
        few.append(col(DeliveryRow.video_id) == query.video_id)
        few += _conditions(query)
        time = func.coalesce(place[0], place[0]).label("place")
        return Walk([*columns, time, place[1]], [], [time, *place[1:]], few, [])
    return Walk([*columns, place[1]], whose, place, [], _conditions(query))


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
    """Answer the cursor that continues behind a place: the event's time in microseconds, its position
    (time may stand still), and the delivery's id."""
    at, position, delivery_id = last
    return f"{(at - _FIRST) // _MICROSECOND}_{position}_{delivery_id}"


def _place(text: str) -> Place:
    time, _, rest = text.partition("_")
    position, _, delivery_id = rest.partition("_")
    try:
        if time.isdecimal() and position.isdecimal() and is_token(delivery_id):
            return _FIRST + int(time) * _MICROSECOND, min(int(position), 2**63 - 1), delivery_id
    except (OverflowError, ValueError):  # more digits than times, or than numbers, have
        pass
    message = "not a cursor of this list; take it from the answer before"
    raise Refusal("invalid", message, "cursor")


def shown(row: Mapping[Any, Any]) -> Delivery:
    """Answer a delivery from its row."""
    return Delivery(**_fields(row))


def _fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _LISTED}


def _attempts(rows: Sequence[Mapping[str, Any]], room: int) -> list[Attempt]:
    """Answer attempts from their rows, in so many bytes: what their receivers said has equal shares."""
    room -= sum(map(frame_of, rows))
    wanted = Attempt.model_fields
    return [
        Attempt.model_validate(
            searching.shown({name: row[name] for name in wanted}, max(0, room) // len(rows))
        )
        for row in rows
    ]
