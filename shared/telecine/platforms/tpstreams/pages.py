"""Pages: `limit` and `offset` in, Django REST framework's envelope with absolute links out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.queries import whole
from telecine.shared.contracts import PAGE

#: Rows on a page if nobody says otherwise (inferred from the documented `next` link).
DEFAULT_LIMIT = 50
_MAX_OFFSET = 2**31 - 1


@dataclass(frozen=True)
class Window:
    """Which rows a page shows."""

    limit: int
    offset: int


def window(query: Mapping[str, str], most: int = PAGE) -> Window | Invalid:
    """Answer which rows are asked for; `most` is how many one answer can have."""
    limit = whole(query, "limit", 1, most)
    offset = whole(query, "offset", 0, _MAX_OFFSET)
    if isinstance(limit, Invalid):
        return limit
    if isinstance(offset, Invalid):
        return offset
    return Window(limit or DEFAULT_LIMIT, offset or 0)


def page(url: str, shown: Window, total: int, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Answer the envelope; `url` is the request's own, its other parameters stay in the links."""
    behind, before = shown.offset + shown.limit, shown.offset - shown.limit
    return {
        "count": total,
        "next": _link(url, shown.limit, behind) if behind < total else None,
        "previous": _link(url, shown.limit, before) if shown.offset > 0 else None,
        "results": results,
    }


def _link(url: str, limit: int, offset: int) -> str:
    """The first page's link has no offset, as the framework writes it."""
    # Cut by hand: a caller's Host header may hold what urllib refuses to call a URL.
    place, _, given = url.partition("?")
    query = dict(parse_qsl(given, keep_blank_values=True)) | {"limit": str(limit)}
    query.pop("offset", None)
    if offset > 0:
        query["offset"] = str(offset)
    return f"{place}?{urlencode(sorted(query.items()))}"


def numbered(
    url: str, number: int, size: int, total: int, results: list[dict[str, Any]]
) -> dict[str, Any]:
    """Answer the envelope of a list that is paged by number, as that of transcoding jobs is."""
    return {
        "count": total,
        "next": _to_page(url, number + 1) if number * size < total else None,
        "previous": _to_page(url, number - 1) if number > 1 else None,
        "results": results,
    }


def _to_page(url: str, number: int) -> str:
    """The first page's link has no number; a parameter may stand several times."""
    place, _, given = url.partition("?")
    query = [each for each in parse_qsl(given, keep_blank_values=True) if each[0] != "page"]
    if number > 1:
        query.append(("page", str(number)))
    return f"{place}?{urlencode(query)}" if query else place
