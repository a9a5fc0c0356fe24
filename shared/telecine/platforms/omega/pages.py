"""Omega's pages of videos: what a client may ask in the query, and the envelope it gets. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telecine.platforms.omega.bodies import collection_id
from telecine.platforms.omega.video_shape import STATUSES, kinds
from telecine.shared.errors import Refusal

DEFAULT_LIMIT = 10
#: Asking for more answers this many, and `per_page` says so.
MAX_LIMIT = 100
_MAX_NUMBER = 999_999_999
_NUMBER = re.compile(r"0*[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Wanted:
    """The page that a client wants: numbered from 1; empty `kinds` are all states."""

    kinds: tuple[str, ...]
    collection: str | None
    page: int
    limit: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


def wanted(query: Mapping[str, str]) -> Wanted:
    """Read the query. Raises Refusal that names the parameter."""
    return Wanted(
        kinds=status_of(query),
        collection=_collection(query.get("collection")),
        page=_number(query, "page", 1),
        limit=min(_number(query, "limit", DEFAULT_LIMIT), MAX_LIMIT),
    )


def envelope(data: list[dict[str, Any]], total: int, asked: Wanted) -> dict[str, Any]:
    """Answer the page; `prev` and `next` are numbers of pages that exist, or 0."""
    pages = -(-total // asked.limit)
    return {
        "data": data,
        "total": total,
        "page": asked.page,
        "per_page": asked.limit,
        "prev": min(asked.page - 1, pages),
        "next": asked.page + 1 if asked.page < pages else 0,
        "total_page": pages,
    }


def status_of(query: Mapping[str, str]) -> tuple[str, ...]:
    """Answer the states that a query's `status` asks for; none are all. Raises Refusal."""
    status = query.get("status")
    if status is None:
        return ()
    found = kinds(status)
    if not found:
        known = ", ".join(dict.fromkeys(STATUSES.values()))
        raise Refusal("invalid", f"is not a video's status; known are {known}", "status")
    return found


def _collection(text: str | None) -> str | None:
    try:
        return collection_id(text) if text else None
    except ValueError as error:
        raise Refusal("invalid", str(error), "collection") from error


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not _NUMBER.fullmatch(text):
        raise Refusal("invalid", f"must be a whole number from 1 to {_MAX_NUMBER}", name)
    return int(text)
