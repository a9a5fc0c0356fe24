"""Where assets lie: `parent=<folder>` asks for those in a folder, `has_parent` for those in any or none.

A folder that does not exist is empty, not an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.queries import truth


@dataclass(frozen=True)
class Place:
    """Where an asset must lie; None: anywhere."""

    parent: str | None
    has_parent: bool | None


def place(query: Mapping[str, str]) -> Place | Invalid:
    """Answer the place that a list is asked for."""
    has_parent = truth(query, "has_parent")
    if isinstance(has_parent, Invalid):
        return has_parent
    return Place(query.get("parent") or None, has_parent)
