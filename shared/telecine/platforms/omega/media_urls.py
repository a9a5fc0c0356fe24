"""Where Omega says a video's files are: storage, playback and thumbnail, in the documented pattern.

Source: omega-docs `content/video/video_model.md` and `get_videos.md`. The links lead to the real
platform's host and nothing is there: no media is encoded here.
"""

from typing import Any

from telecine.shared.aggregates.video import Card
from telecine.shared.events.video import Media
from telecine.shared.ids import hex_of

BUCKET = "processed-enterprise-media"
RAW_BUCKET = "raw-enterprise-media"
_STREAM = "https://api.omegastream.net/stream"

#: Lines of picture that each rendition needs; the order is the documented sample's.
_RENDITIONS = (1080, 720, 360, 480, 240)


def storage_code(org: str) -> str:
    """Answer the 8 hex digits under which an organisation's files lie."""
    return hex_of("omega", org, "storage")[:8]


def playback(card: Card, media: Media) -> dict[str, str | None]:
    """Answer the deprecated `s3://` links. Nothing is scaled up: larger renditions are null."""
    return {name: f"s3://{_path(card, file)}" for name, file in _files().items()} | {
        f"r_{lines}p": _rendition(card, media, lines) for lines in _RENDITIONS
    }


def playback_v2(card: Card, media: Media) -> dict[str, str | None]:
    """Answer the same links for a browser, each with its own signature that never changes."""
    return {name: _signed(link) for name, link in playback(card, media).items()}


def thumbnail(card: Card) -> str:
    """Answer the thumbnail as a full video shows it."""
    return f"s3://{_path(card, 'thumbnail.png')}"


def listed_thumbnail(card: Card) -> str:
    """Answer the thumbnail as a list shows it: the dashboard's link, and another format."""
    return f"{_STREAM}/dashboard/{_path(card, 'thumbnail.jpg')}"


def storage(card: Card, media: Media | None) -> dict[str, Any]:
    """Answer the buckets; with `media` (the video is processed) also what the source was."""
    if media is None:
        return {"bucket": BUCKET, "raw_bucket": RAW_BUCKET, "meta": None}
    return {
        "bucket": BUCKET,
        "raw_bucket": RAW_BUCKET,
        "provider": "omega",
        "source": {
            "key": f"{RAW_BUCKET}/{storage_code(card.org)}/{card.id}.mp4",
            "size": media.size,
        },
        "meta": None,
    }


def _files() -> dict[str, str]:
    return {"hls": "playlist.m3u8", "dash": "playlist.mpd", "audio": "audio.aac"}


def _rendition(card: Card, media: Media, lines: int) -> str | None:
    if min(media.width, media.height) < lines:  # the shorter side: phones film upright
        return None
    return f"s3://{_path(card, f'{lines}p.mp4')}"


def _path(card: Card, file: str) -> str:
    return f"{BUCKET}/{storage_code(card.org)}/video/{card.id}/{file}"


def _signed(link: str | None) -> str | None:
    if link is None:
        return None
    path = link.removeprefix("s3://")
    return f"{_STREAM}/company/{path}?s={hex_of('omega', 'playback', path)}"
