"""A video as Omega shows it: whole, and as a list's item. Pure.

The keys are those of omega-docs HEAD in its samples' order, and `entity_tag` where the 2022 model
(and the webhook samples) had it.
"""

from typing import Any

from telecine.platforms.omega.collection_shape import collection_of
from telecine.platforms.omega.media_urls import (
    listed_thumbnail,
    playback,
    playback_v2,
    storage,
    thumbnail,
)
from telecine.platforms.omega.wire import Digits, coid
from telecine.platforms.pack import wire_time
from telecine.shared.aggregates.video import Card, Created, Failed, Known, Succeeded, Watchable
from telecine.shared.events.video import Media
from telecine.shared.ids import object_id

#: Omega's word for each state of the video's machine (DESIGN §2).
STATUSES = {
    "created": "ready-to-upload",
    "uploaded": "uploaded",
    "queued": "in-progress",
    "in_progress": "in-progress",
    "completed": "in-progress",
    "succeeded": "process-completed",
    "watchable": "process-completed",
    "failed": "process-failed",
}


def kinds(status: str) -> tuple[str, ...]:
    """Answer the states behind one of Omega's words; none for a word that it does not have."""
    return tuple(kind for kind, word in STATUSES.items() if word == status)


def whole(video: Known, digits: Digits) -> dict[str, Any]:
    """Answer the full video. What it is stays null until it is processed.

    A failed one has no `storage` key, as in the only sample of one.
    """
    media = _media(video)
    return {
        **_identity(video.card, digits),
        "status": STATUSES[video.kind],
        "privacy": video.card.privacy,
        **_measures(video.card, media),
        **_storage(video, media),
        "meta": _meta(video),
    }


def item(video: Known) -> dict[str, Any]:
    """Answer the video as a list shows it: fewer keys, in another order, and size 0 without bytes."""
    card, media = video.card, _media(video)
    size = 0 if isinstance(video, Created) else None
    return {
        "id": video_id(card),
        "created_at": wire_time(card.created_at, 3),
        "updated_at": wire_time(card.updated_at, 3),
        "deleted_at": wire_time(card.deleted_at, 3) if card.deleted_at else None,
        "uuid": card.id,
        "coid": coid(card.org),
        "title": card.title,
        "status": STATUSES[video.kind],
        "privacy": card.privacy,
        "duration": int(media.duration) if media else None,
        "size": media.size if media else size,
        "ready_to_stream": media is not None,
        "thumbnail": listed_thumbnail(card) if media else None,
        "thumbnail_timestamp_pct": None,
        "collection_id": collection_of(card.collection),
    }


def video_id(card: Card) -> str:
    """Answer Omega's own id of a video; everywhere else the video is named by its uuid."""
    return object_id(card.created_at, card.id)


def _identity(card: Card, digits: Digits) -> dict[str, Any]:
    return {
        "id": video_id(card),
        "created_at": wire_time(card.created_at, digits),
        "updated_at": wire_time(card.updated_at, digits),
        "deleted_at": wire_time(card.deleted_at, digits) if card.deleted_at else None,
        "title": card.title,
        "uuid": card.id,
        "coid": coid(card.org),
        "collection_id": collection_of(card.collection),
    }


def _measures(card: Card, media: Media | None) -> dict[str, Any]:
    return {
        "entity_tag": media.entity_tag if media else None,
        "playback": playback(card, media) if media else None,
        "playback_v2": playback_v2(card, media) if media else None,
        "input": {"width": media.width, "height": media.height} if media else None,
        "duration": int(media.duration) if media else None,
        "size": media.size if media else None,
        "ready_to_stream": media is not None,
        "thumbnail": thumbnail(card) if media else None,
        "thumbnail_timestamp_pct": None,
    }


def _storage(video: Known, media: Media | None) -> dict[str, Any]:
    match video:
        case Failed():
            return {}
        case Created():
            return {"storage": None}
        case _:
            return {"storage": storage(video.card, media)}


def _media(video: Known) -> Media | None:
    return video.media if isinstance(video, Succeeded | Watchable) else None


def _meta(video: Known) -> dict[str, str] | None:
    meta = {}
    if not isinstance(video, Created) and video.upload.source.url:
        meta["downloaded_from"] = video.upload.source.url
    if isinstance(video, Failed):
        meta["failure"] = video.failure.reason
    return meta or None
