"""The asset: how TPStreams shows a video, whichever platform it was uploaded through.

The shape is the newest documented one with every field of the older samples (upstream-api.md, B3).
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from telecine.platforms.tpstreams import links
from telecine.platforms.tpstreams.wishes import Wishes, wishes_of
from telecine.shared.events.video import Media
from telecine.shared.video import (
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

Status = Literal["Not Started", "Queued", "Transcoding", "Completed", "Error"]

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


def asset(video: Known) -> dict[str, Any]:
    """Answer a video as its creation and its webhooks show it."""
    wishes = wishes_of(video)
    media = _shown_media(video)
    return {
        "id": video.card.id,
        "title": video.card.title,
        "bytes": media.size if media else None,
        "type": "video",
        "video": _video(video, wishes, media),
        "live_stream": None,
        "parent": _parent(wishes.folder),
        "parent_id": wishes.folder,
    }


def listed(video: Known) -> dict[str, Any]:
    """Answer a video as lists show it."""
    whole = asset(video)
    return {key: whole[key] for key in _LISTED}


def detailed(video: Known, look: Look) -> dict[str, Any]:
    """Answer a video with what only its own page has: nobody watches, so nothing was viewed."""
    shown = listed(video)
    return {
        **shown,
        "video": {**shown["video"], "playback_url": _playback(video, look)},
        "views_count": 0,
        "average_watched_time": 0,
        "total_watch_time": 0,
        "unique_viewers_count": 0,
        "download_url": _download(video, look),
    }


def _video(video: Known, wishes: Wishes, media: Media | None) -> dict[str, Any]:
    hls, dash = _stream(video, "video.m3u8"), _stream(video, "video.mpd")
    now = status(video)
    return {
        "progress": 0,  # in every documented sample, even of completed videos
        "thumbnails": None if now == "Not Started" else [],
        "status": now,
        "playback_url": hls,
        "dash_url": dash,
        "preview_thumbnail_url": None,
        "cover_thumbnail_url": None,
        "format": "abr",
        "resolutions": list(wishes.resolutions),
        "video_codec": "h264",
        "audio_codec": "aac",
        "enable_drm": wishes.protection == "drm",
        "tracks": [],
        "inputs": list(wishes.inputs),
        "transmux_only": None,
        "duration": math.ceil(media.duration) if media else None,
        "content_protection_type": wishes.protection,
        "generate_subtitle": wishes.generate_subtitle,
        "video_codecs": ["h264"],
        "output_urls": {"h264": {"hls_url": hls, "dash_url": dash}},
    }


def _shown_media(video: Known) -> Media | None:
    """Sizes and lengths are shown once processing has succeeded."""
    return video.media if isinstance(video, Succeeded | Watchable) else None


def _parent(folder: str | None) -> dict[str, str] | None:
    """A folder is only an id here, so it is its own title."""
    return {"title": folder, "uuid": folder} if folder else None


def _stream(video: Known, file: str) -> str:
    return links.stream(video.card.id, file, encrypted=wishes_of(video).protection == "aes")


def _playback(video: Known, look: Look) -> str:
    url = _stream(video, "video.m3u8")
    expiry = look.expiry or (AES_EXPIRY if wishes_of(video).protection == "aes" else None)
    return links.signed(url, look.at + expiry) if expiry else url


def _download(video: Known, look: Look) -> str | None:
    if status(video) != "Completed":
        return None
    return links.download(video.card.id, video.card.title, look.at + DOWNLOAD_EXPIRY)
