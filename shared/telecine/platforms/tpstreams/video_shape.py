"""The `video` of an asset: of one that was uploaded, and of a live stream's recording."""

import math
from collections.abc import Mapping
from typing import Any

from telecine.platforms.tpstreams import links
from telecine.platforms.tpstreams.wishes import Wishes
from telecine.shared.events.video import Media


def video_of(asset_id: str, status: str, wishes: Wishes, media: Media | None) -> dict[str, Any]:
    """Answer the documented fields, the newest sample's with every one of the older ones."""
    hls, dash = (stream_of(asset_id, wishes, file) for file in ("video.m3u8", "video.mpd"))
    return {
        "progress": 0,  # in every documented sample, even of completed videos
        "thumbnails": None if status == "Not Started" else [],
        "status": status,
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


def stream_of(asset_id: str, wishes: Wishes, file: str) -> str:
    """Answer the link of a manifest."""
    return links.stream(asset_id, file, encrypted=wishes.protection == "aes")


def parent_of(folder: str | None, titles: Mapping[str, str]) -> dict[str, str] | None:
    """Answer the folder that an asset lies in; one that has gone just now is called by its id."""
    return {"title": titles.get(folder, folder), "uuid": folder} if folder else None
