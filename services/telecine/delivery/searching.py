"""The search through attempts: which index a question goes along, and how much fits into one answer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from telecine.delivery.outcome import bytes_of
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.delivery.walking import MOST, Walk, walked
from telecine.shared.contracts.attempts import (
    AttemptPage,
    FoundAttempt,
    SearchAttempts,
    Statuses,
)
from telecine.shared.contracts.delivery import Attempt
from telecine.shared.errors import Refusal
from telecine.shared.tables.database import Database

#: Bytes of attempts in one answer: a reply has 1 MiB, and an attempt at most 128 KiB.
ROOM = 640 * 1024
#: Bytes of JSON that a byte of a receiver's answer becomes, at most (one that is no UTF-8; a quote is two).
_GROWTH = 3
#: JSON would make six bytes of each of these.
_UNSEEN = dict.fromkeys(set(range(32)) - {9, 10, 13}, "\N{REPLACEMENT CHARACTER}")
_FAILED = col(AttemptRow.error).is_not(None)
_COLUMNS = (*Attempt.model_fields, "id", "delivery_id", "endpoint_id", "event_type")


class AttemptSearch:
    """Reads the attempts of an organisation; `most`: rows that one answer looks through."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most

    async def page(self, query: SearchAttempts) -> AttemptPage:
        """Answer a page, newest first. Its cursor stays good while others are added."""
        if query.endpoint_id and not await self._is_theirs(query.org, query.endpoint_id):
            return AttemptPage(attempts=[], cursor=None)
        walk, behind = walk_of(query), _behind(query.cursor)
        found = await walked(self._database, walk, behind, query.limit, most=self._most)
        rows = fitting(found.rows)
        last = found.behind[0] if found.behind else None
        if len(rows) < len(found.rows):
            last = rows[-1]["id"]
        videos = await self._videos({row["delivery_id"] for row in rows})
        return AttemptPage(
            attempts=[_found(row, videos.get(row["delivery_id"])) for row in rows],
            cursor=str(last) if last is not None else None,
        )

    async def _is_theirs(self, org: str, endpoint_id: str) -> bool:
        last = (
            select(col(AttemptRow.org))
            .where(col(AttemptRow.endpoint_id) == endpoint_id)
            .order_by(col(AttemptRow.id).desc())  # or PostgreSQL would read the table
            .limit(1)
        )
        async with self._database.session() as session:
            return bool(await session.scalar(last) == org)

    async def _videos(self, delivery_ids: set[str]) -> dict[str, str]:
        rows = select(col(DeliveryRow.id), col(DeliveryRow.video_id)).where(
            col(DeliveryRow.id).in_(delivery_ids)
        )
        async with self._database.session() as session:
            return {row.id: row.video_id for row in await session.execute(rows)}


def walk_of(query: SearchAttempts) -> Walk:
    """Answer how to look for what was asked.

    The attempts of a delivery or a video are few: they are fetched by the index of them and sorted,
    which `id + 0` makes a planner do. Everything else is read in the order of ids.
    """
    number, among = col(AttemptRow.id), _conditions(query)
    columns = [getattr(AttemptRow, name) for name in _COLUMNS]
    few = _few(query)
    if few:
        place = (number + 0).label("place")
        return Walk([*columns, place], [], [place], [*few, *among], [])
    if query.endpoint_id:
        whose = [(col(AttemptRow.endpoint_id), query.endpoint_id)]
        return Walk(columns, whose, [number], [], among)
    along = [_FAILED] if _asks_for_failures(query) else []
    among = [] if among == along else among
    return Walk(columns, [(col(AttemptRow.org), query.org)], [number], along, among)


def _few(query: SearchAttempts) -> list[ColumnElement[bool]]:
    """Answer the conditions of what is few, if that is asked for; none but its own index serves them."""
    wanted = []
    if query.delivery_id:
        wanted.append(col(AttemptRow.delivery_id) == query.delivery_id)
    if query.video_id:
        of_video = select(col(DeliveryRow.id)).where(col(DeliveryRow.video_id) == query.video_id)
        wanted.append(col(AttemptRow.delivery_id).in_(of_video))
    if wanted:
        wanted.append(col(AttemptRow.org).concat("") == query.org)
    if wanted and query.endpoint_id:
        wanted.append(col(AttemptRow.endpoint_id).concat("") == query.endpoint_id)
    return wanted


def _asks_for_failures(query: SearchAttempts) -> bool:
    """Whether only what failed can be an answer: only 2xx is success."""
    statuses = query.statuses
    good = statuses is None or (statuses.least is not None and 200 <= statuses.least <= 299)
    return query.error is not None or not good


def _conditions(query: SearchAttempts) -> list[ColumnElement[bool]]:
    found = []
    if query.event_type:
        found.append(col(AttemptRow.event_type) == query.event_type)
    if query.trigger:
        found.append(col(AttemptRow.trigger) == query.trigger)
    if query.statuses:
        found.append(_status(query.statuses))
    if query.error == "any":
        found.append(_FAILED)
    elif query.error:
        found.append(col(AttemptRow.error) == query.error)
    if query.since:
        found.append(col(AttemptRow.started_at) >= query.since)
    if query.until:
        found.append(col(AttemptRow.started_at) < query.until)
    return found


def _status(wanted: Statuses) -> ColumnElement[bool]:
    if wanted.least is None or wanted.most is None:
        return col(AttemptRow.status).is_(None)
    return col(AttemptRow.status).between(wanted.least, wanted.most)


def _behind(cursor: str | None) -> tuple[int] | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        message = "not a cursor of this list; take it from the answer before"
        raise Refusal("invalid", message, "cursor")
    return (int(cursor),)


def fitting(rows: Sequence[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """Answer the first of them, as many as one reply can carry."""
    kept: list[Mapping[Any, Any]] = []
    room = ROOM
    for row in rows:
        room -= (
            frame_of(row) + bytes_of(row["response_headers"]) + _GROWTH * len(row["response_body"])
        )
        if kept and room < 0:
            break
        kept.append(row)
    return kept


def _found(row: Mapping[Any, Any], video_id: str | None) -> FoundAttempt:
    fields = {name: row[name] for name in _COLUMNS}
    return FoundAttempt(**shown(fields), video_id=video_id)


def frame_of(row: Mapping[Any, Any]) -> int:
    """Answer how many bytes an attempt takes in an answer beside what its receiver has said, at most."""
    texts = len(row["reason"]) + len(row["message"])
    listed = len(row["key_ids"]) + bytes_of(row["request_headers"])
    return 1024 + len(row["url"]) + listed + _GROWTH * texts


def shown(row: Mapping[Any, Any], room: int = ROOM) -> dict[str, Any]:
    """Answer an attempt's row as it is read; `room`: bytes for what the receiver has said. Of that, headers
    have a third at most."""
    body: bytes = row["response_body"]
    headers = _leading(json.loads(row["response_headers"]), room // 3)
    most = max(0, room - _size(headers)) // _GROWTH
    return {
        **row,
        "key_ids": json.loads(row["key_ids"]),
        "request_headers": json.loads(row["request_headers"]),
        "response_headers": headers,
        "response_body": body[:most].decode(errors="replace").translate(_UNSEEN),
        "response_truncated": row["response_truncated"] or len(body) > most,
    }


def _leading(headers: list[Any], room: int) -> list[Any]:
    """Answer the first headers, as many as fit."""
    kept: list[Any] = []
    for header in headers:
        room -= _size(header)
        if room < 0:
            break
        kept.append(header)
    return kept


def _size(value: Any) -> int:
    return len(orjson.dumps(value)) + 1
