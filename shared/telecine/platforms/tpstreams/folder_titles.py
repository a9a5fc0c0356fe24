"""The titles of folders: an asset knows its folder by id alone, its `parent` shows both."""

from collections.abc import Iterable

from telecine.platforms.house import House
from telecine.shared.contracts import PAGE
from telecine.shared.contracts.folders import ListFolders


async def titles_of(house: House, org: str, folders: Iterable[str | None]) -> dict[str, str]:
    """Answer the titles of folders by id; asks nobody if there are none."""
    ids = tuple(sorted({each for each in folders if each is not None}))
    titles: dict[str, str] = {}
    for start in range(0, len(ids), PAGE):
        query = ListFolders(org=org, ids=ids[start : start + PAGE])
        found = await house.call(query)
        titles |= {each.card.id: each.card.title for each in found.folders}
    return titles
