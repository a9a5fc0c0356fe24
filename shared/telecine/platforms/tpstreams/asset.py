"""The asset: how TPStreams shows a video, whichever platform it was uploaded through.

The shape is the newest documented one with every field of the older samples (upstream-api.md, B3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from telecine.platforms.tpstreams import links
from telecine.platforms.tpstreams.video_shape import parent_of, stream_of, video_of
from telecine.platforms.tpstreams.wishes import wishes_of
from telecine.shared.aggregates.video import (
    Completed,
    Created,
    Failed,
    InProgress,
    Known,
    Queued,
    Succeeded,
    Uploaded,
    Watchable,
)
from telecine.shared.events.video import Media

Status = Literal["Not Started", "Queued", "Transcoding", "Completed", "Error"]

#: What only an asset's own page has; nobody watches, so nothing was viewed.
UNWATCHED = {
    "views_count": 0,
    "average_watched_time": 0,
    "total_watch_time": 0,
    "unique_viewers_count": 0,
}
#: In lists and details `id` stands behind `video`; on creation and in webhooks it comes first.
_LISTED = ("title", "bytes", "type", "video", "id", "live_stream", "parent", "parent_id")
#: How long links are good, in seconds: of AES playback (documented), of a download (invented).
AES_EXPIRY = 120
DOWNLOAD_EXPIRY = 3600


@dataclass(frozen=True)
class Look:
    """One look at an asset's details: when (Unix seconds, virtual), and the wished `expiry`."""

    at: int
    expiry: int | None


def status(video: Known) -> Status:
    """Answer what TPStreams calls a video's state (DESIGN §2)."""
    match video:
        case Created() | Uploaded():
            return "Not Started"
        case Queued():
            return "Queued"
        case InProgress() | Completed():
            return "Transcoding"
        case Succeeded() | Watchable():
            return "Completed"
        case Failed():
            return "Error"
        case _:
            assert_never(video)


def asset(video: Known, titles: Mapping[str, str]) -> dict[str, Any]:
    """Answer a video as its creation shows it; `titles` are those of folders, by id."""
    media = _shown_media(video)
    return {
        "id": video.card.id,
        "title": video.card.title,
        "bytes": media.size if media else None,
        "type": "video",
        "video": video_of(video.card.id, status(video), wishes_of(video), media),
        "live_stream": None,
        "parent": parent_of(video.card.collection, titles),
        "parent_id": video.card.collection,
    }


def told(video: Known) -> dict[str, Any]:
    """Answer a video as its webhooks show it: as on its creation, its folder by id alone."""
    whole = asset(video, {})
    return {key: value for key, value in whole.items() if key != "parent"}


def listed(video: Known, titles: Mapping[str, str]) -> dict[str, Any]:
    """Answer a video as lists show it."""
    whole = asset(video, titles)
    return {key: whole[key] for key in _LISTED}


def detailed(video: Known, titles: Mapping[str, str], look: Look) -> dict[str, Any]:
    """Answer a video with what only its own page has: nobody watches, so nothing was viewed."""
    shown = listed(video, titles)
    played = {**shown["video"], "playback_url": _playback(video, look)}
    return {**shown, "video": played, **UNWATCHED, "download_url": _download(video, look)}


def _shown_media(video: Known) -> Media | None:
    """Sizes and lengths are shown once processing has succeeded."""
    return video.media if isinstance(video, Succeeded | Watchable) else None


def _playback(video: Known, look: Look) -> str:
    url = stream_of(video.card.id, wishes_of(video), "video.m3u8")
    expiry = look.expiry or (AES_EXPIRY if wishes_of(video).protection == "aes" else None)
    return links.signed(url, look.at + expiry) if expiry else url


def _download(video: Known, look: Look) -> str | None:
    if status(video) != "Completed":
        return None
    return links.download(video.card.id, video.card.title, look.at + DOWNLOAD_EXPIRY)
