"""Which jobs a list is asked for: the documented filters, the order, and the page by its number."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from starlette.datastructures import QueryParams

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.job_shape import KINDS
from telecine.platforms.tpstreams.queries import truth, whole
from telecine.shared.contracts.jobs import JOBS_PAGE

#: Jobs on a page; the documents do not say how many.
PAGE_SIZE = min(25, JOBS_PAGE)
_MAX_PAGE = 10**6

Order = Literal["newest", "oldest"]


@dataclass(frozen=True)
class Wanted:
    """A list's filters, each None (or empty) if it is not given."""

    kinds: tuple[str, ...]
    drm: bool | None
    created_from: datetime | None
    created_to: datetime | None
    order: Order
    page: int


def wanted(query: QueryParams) -> Wanted | Invalid:
    """Answer what is asked for, or the first thing that is wrong with it."""
    kinds, drm = _kinds(query.getlist("status")), truth(query, "enable_drm")
    since, until = _moment(query, "created_from"), _moment(query, "created_to")
    order, page = _order(query), whole(query, "page", 1, _MAX_PAGE)
    if isinstance(kinds, Invalid):
        return kinds
    if isinstance(drm, Invalid):
        return drm
    if isinstance(since, Invalid):
        return since
    if isinstance(until, Invalid):
        return until
    if isinstance(order, Invalid):
        return order
    if isinstance(page, Invalid):
        return page
    return Wanted(kinds, drm, since, until, order, page or 1)


def _order(query: QueryParams) -> Order | Invalid:
    match query.get("ordering", "-created"):
        case "created":
            return "oldest"
        case "-created":
            return "newest"
        case other:
            return Invalid({"ordering": [_no_choice(other)]})


def _kinds(given: list[str]) -> tuple[str, ...] | Invalid:
    for name in given:
        if name not in KINDS:
            return Invalid({"status": [_no_choice(name)]})
    return tuple(kind for name in dict.fromkeys(given) for kind in KINDS[name])


def _no_choice(given: str) -> str:
    return f"Select a valid choice. {given} is not one of the available choices."


def _moment(query: QueryParams, name: str) -> datetime | Invalid | None:
    """Answer an ISO 8601 moment; without a zone it is in UTC."""
    text = query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return Invalid({name: ["Enter a valid date/time in ISO 8601, as 2023-04-20T00:00:00Z."]})
