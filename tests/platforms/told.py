"""What a pack's tables say of its fields, and the keys that an answer really has."""

from collections.abc import Iterable
from typing import Any

from telecine.platforms import packs
from telecine.platforms.fidelity import Kind, Table
from telecine.simulations.receiver import Received
from telecine.simulations.spec import house_fidelity

#: What HTTP itself and its client put into every request.
_HTTP = {"host", "content-length", "connection", "accept", "accept-encoding"}


def tables(platform: str, kind: Kind) -> dict[str, Table]:
    """Answer a platform's tables of a kind by their titles."""
    return {
        each.title: each for each in packs()[platform].provenance().tables if each.kind == kind
    }


def objects(platform: str) -> dict[str, Table]:
    """Answer the tables of what a platform answers and sends."""
    told = tables(platform, "field")
    return {title: table for title, table in told.items() if not title.startswith("Body: ")}


def keys(answers: Iterable[Any], told: Table) -> set[str]:
    """Answer every key that the answers have; an object's own are with it if the table has them so."""
    names = set(told.names())
    return {key for answer in answers for key in _keys(answer, "", names)}


def _keys(value: Any, place: str, names: set[str]) -> set[str]:
    if isinstance(value, list):
        return {key for each in value for key in _keys(each, place, names)}
    if not isinstance(value, dict) or (place and not any(n.startswith(place) for n in names)):
        return set()
    return {
        key
        for name, inner in value.items()
        for key in (f"{place}{name}", *_keys(inner, f"{place}{name}.", names))
    }


def headers(received: Received) -> set[str]:
    """Answer the names of a webhook's headers that the house has put there, in lower case."""
    return {name.lower() for name in received.headers} - _HTTP


def common_headers() -> set[str]:
    """Answer the headers that are told of every platform's webhooks, but for those of traces."""
    told = [table for table in house_fidelity.PROVENANCE.tables if table.kind == "header"]
    return {name for table in told for name in table.names()} - {"traceparent"}
