"""Folders: there is no API for them yet, but an asset keeps the folder that it was created in.

So `parent=<folder>` answers the assets that were created with that `folder`, `has_parent=false`
those created without one (another platform's videos among them), `has_parent=true` the others. A
folder that nobody has named is empty, not an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.pages import Window
from telecine.platforms.tpstreams.queries import truth
from telecine.platforms.tpstreams.wishes import wishes_of
from telecine.shared.contracts import PAGE
from telecine.shared.contracts.ingest import ListVideos
from telecine.shared.video import Known


@dataclass(frozen=True)
class Place:
    """Where an asset must lie; None: anywhere."""

    parent: str | None
    has_parent: bool | None

    def holds(self, folder: str | None) -> bool:
        """Whether an asset in this folder (None: in none) lies there."""
        right_parent = self.parent is None or folder == self.parent
        return right_parent and self.has_parent in {None, folder is not None}


def place(query: Mapping[str, str]) -> Place | Invalid:
    """Answer the place that a list is asked for."""
    has_parent = truth(query, "has_parent")
    if isinstance(has_parent, Invalid):
        return has_parent
    return Place(query.get("parent") or None, has_parent)


async def videos_in(
    house: House, org: str, where: Place, shown: Window
) -> tuple[list[Known], int]:
    """Answer a window of the videos in a place, newest first, and how many lie there in all.

    Ingest knows no folders, so a question for a place reads every video of the organisation.
    """
    if where == Place(None, None):
        query = ListVideos(org=org, offset=shown.offset, limit=shown.limit)
        found = await house.call(query)
        return found.videos, found.total
    held = [each for each in await _all(house, org) if where.holds(wishes_of(each).folder)]
    return held[shown.offset : shown.offset + shown.limit], len(held)


async def _all(house: House, org: str) -> list[Known]:
    videos: list[Known] = []
    while True:
        found = await house.call(ListVideos(org=org, offset=len(videos), limit=PAGE))
        videos += found.videos
        if not found.videos or len(videos) >= found.total:
            return videos
