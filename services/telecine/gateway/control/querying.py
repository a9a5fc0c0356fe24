"""What a request's query is held against before its route reads it: parameters that the route knows."""

from collections import Counter

from fastapi import Request
from fastapi.dependencies.models import Dependant

from telecine.shared.errors import Refusal


def check_query(request: Request) -> None:
    """See that each parameter is known to the route, given once and not empty. Raises Refusal."""
    given = request.query_params.multi_items()
    times = Counter(name for name, _ in given)
    known = _names(request.scope["route"].dependant) if given else set()
    for name, value in given:
        if name not in known:
            choice = f"known are {', '.join(sorted(known))}" if known else "this takes none"
            raise Refusal("invalid", f"no such parameter; {choice}", name[:64])
        if times[name] > 1:
            raise Refusal("invalid", f"is given {times[name]} times; give it once", name)
        if not value:
            raise Refusal("invalid", "is empty; give it a value, or leave it out", name)


def _names(dependant: Dependant) -> set[str]:
    """Answer the names of the parameters that a route and what it depends on read."""
    inner = (_names(each) for each in dependant.dependencies)
    return {each.alias for each in dependant.query_params}.union(*inner)
