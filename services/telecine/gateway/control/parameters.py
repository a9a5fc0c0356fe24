"""Parameters that several routes of `/v1` take: positions, moments, statuses, and how many rows."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BeforeValidator

from telecine.gateway.control.tokens import Id
from telecine.platforms import packs
from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES
from telecine.shared.contracts.attempts import Statuses
from telecine.shared.errors import Refusal

Limit = Annotated[int, Query(ge=1, le=200, description="Rows in one answer, at most.")]
Since = Annotated[str | None, Query(description="RFC 3339, virtual: nothing from before it.")]
Until = Annotated[str | None, Query(description="RFC 3339, virtual: nothing from it on.")]


def _in_utc(found: datetime) -> datetime:
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("use a time within the years 1 to 9999, in UTC as well") from error


_STATUS = re.compile(r"[1-9](\d\d|xx)")
_AN_RFC_3339_TIME = "an RFC 3339 time such as 2026-01-31T12:00:00Z"


def _read(text: object, wanted: str = _AN_RFC_3339_TIME) -> datetime:
    """Read a moment. Raises ValueError, which says what is `wanted`."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"use {wanted}")
    if found.tzinfo is None:
        raise ValueError("give the time a zone, such as a final Z")
    return _in_utc(found)


#: A moment in a body, in UTC: a text as parameters have it.
Moment = Annotated[datetime, BeforeValidator(_read)]


@dataclass(frozen=True)
class Sought:
    """What deliveries and attempts are both searched by, and which page of what is found."""

    endpoint_id: Id | None = None
    video_id: Id | None = None
    type_: Annotated[str | None, Query(alias="type")] = None
    since: Since = None
    until: Until = None
    cursor: str | None = None
    limit: Limit = 100

    def fields(self) -> dict[str, Any]:
        """Answer the fields of a question for it. Raises Refusal."""
        return {
            "endpoint_id": self.endpoint_id,
            "video_id": self.video_id,
            "event_type": event_type(self.type_),
            **span(self.since, self.until),
            "cursor": self.cursor,
            "limit": self.limit,
        }


def event_type(text: str | None) -> str | None:
    """Read a type of event that endpoints are sent. Raises Refusal."""
    known = {each for pack in packs().values() for each in pack.types}.union(OPERATIONAL_TYPES)
    if text is not None and text not in known:
        raise Refusal("invalid", f"no such type; known are {', '.join(sorted(known))}", "type")
    return text


def known_platform(text: str | None) -> str | None:
    """Read the name of a platform. Raises Refusal."""
    if text is not None and text not in packs():
        message = f"not one of this house's platforms; use {' or '.join(packs())}"
        raise Refusal("invalid", message, "platform")
    return text


def position(text: str, field: str) -> int:
    """Read a position in a log. Raises Refusal."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refusal(
            "invalid", "not a cursor of this list; take it from the answer before", field
        )
    return int(text)


def moment(text: str, field: str, wanted: str = _AN_RFC_3339_TIME) -> datetime:
    """Read a moment. Raises Refusal, which says what is `wanted`."""
    try:
        return _read(text.replace(" ", "+"), wanted)  # an unquoted + arrives as a space
    except ValueError as error:
        raise Refusal("invalid", str(error), field) from error


def place_or_moment(text: str, field: str) -> int | datetime:
    """Read a position in a log, or a moment. Raises Refusal."""
    if text.isascii() and text.isdigit():
        return position(text, field)
    return moment(text, field, f"a position of the log or {_AN_RFC_3339_TIME}")


def span(since: str | None, until: str | None) -> dict[str, datetime | None]:
    """Read a span of time. Raises Refusal, also of one that ends before it begins."""
    start = moment(since, "since") if since is not None else None
    end = moment(until, "until") if until is not None else None
    if start and end and start >= end:
        raise Refusal("invalid", "until is not after since; swap them", "until")
    return {"since": start, "until": end}


def statuses(text: str | None) -> Statuses | None:
    """Read a status (503), a class of them (5xx) or `none`. Raises Refusal."""
    if text is None:
        return None
    if text == "none":
        return Statuses(least=None, most=None)
    if not _STATUS.fullmatch(text):
        message = "use a status such as 503, a class such as 5xx, or none for no answer"
        raise Refusal("invalid", message, "status")
    return Statuses(least=int(text.replace("x", "0")), most=int(text.replace("x", "9")))
