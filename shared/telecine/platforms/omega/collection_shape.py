"""A collection as Omega shows it, and the id that it goes by. Pure.

Inside the house it is a folder; its 24-digit id is the first part of the folder's (docs/decisions/0012).
"""

from typing import Any

from telecine.platforms.omega.wire import coid, is_object_id, is_uuid
from telecine.platforms.pack import wire_time
from telecine.shared.aggregates.folder import Standing, long_id, short_id


def shown(folder: Standing) -> dict[str, Any]:
    """Answer the documented object; even its creation shows milliseconds."""
    card = folder.card
    return {
        "id": short_id(card.id),
        "created_at": wire_time(card.created_at, 3),
        "updated_at": wire_time(card.updated_at, 3),
        "deleted_at": None,
        "coid": coid(card.org),
        "name": card.title,
    }


def collection_of(folder: str | None) -> str | None:
    """Answer the collection's id of a folder; what was kept before there were folders, as it is."""
    return short_id(folder) if folder and is_uuid(folder) else folder


def folder_of(collection: str) -> str:
    """Answer the folder's id of a collection; what can be none names no folder."""
    return long_id(collection) if is_object_id(collection) else collection
