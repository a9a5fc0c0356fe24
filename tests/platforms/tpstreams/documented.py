"""The samples of TPStreams' documents, as printed but for their stray commas and comments."""

from typing import Any

#: Seed 004, "Create a Webhook" and its neighbours.
WEBHOOK = {
    "url": "https://sample.beeceptor.com",
    "secret_token": "abcdef",
    "id": "c4cf9c5f-0b60-4e5c-9db9-81321ffe31d5",
}

#: Seed 004, "WebHook Response"; the oldest and smallest asset that is documented.
WEBHOOK_BODY: dict[str, Any] = {
    "id": "9328558d-e0a5-4093-b3b9-8f15ad1550d8",
    "title": "Big Buck Bunny Video",
    "bytes": None,
    "type": "video",
    "video": {
        "progress": 0,
        "thumbnails": [],
        "status": "Completed",
        "playback_url": "https://d7pdowhru2wq4.cloudfront.net/transcoded/"
        "9328558d-e0a5-4093-b3b9-8f15ad1550d8/video.m3u8",
        "dash_url": "https://d7pdowhru2wq4.cloudfront.net/transcoded/"
        "9328558d-e0a5-4093-b3b9-8f15ad1550d8/video.mpd",
        "preview_thumbnail_url": None,
        "format": "abr",
        "resolutions": ["240p", "360p", "480p", "720p"],
        "video_codec": "h264",
        "audio_codec": "aac",
        "enable_drm": True,
        "tracks": [],
        "inputs": [{"url": "https://static.testpress.in/BigBuckBunny.mp4"}],
    },
}

#: upstream-api.md B3, the newest sample (bulk create) with `tracks` of the others.
NEWEST_VIDEO = [
    "progress",
    "thumbnails",
    "status",
    "playback_url",
    "dash_url",
    "preview_thumbnail_url",
    "cover_thumbnail_url",
    "format",
    "resolutions",
    "video_codec",
    "audio_codec",
    "enable_drm",
    "tracks",
    "inputs",
    "transmux_only",
    "duration",
    "content_protection_type",
    "generate_subtitle",
    "video_codecs",
    "output_urls",
]
CREATED = ["id", "title", "bytes", "type", "video", "live_stream", "parent", "parent_id"]
#: In a webhook the folder stands by its id alone.
TOLD = [key for key in CREATED if key != "parent"]
LISTED = ["title", "bytes", "type", "video", "id", "live_stream", "parent", "parent_id"]
DETAILED = [
    *LISTED,
    "views_count",
    "average_watched_time",
    "total_watch_time",
    "unique_viewers_count",
    "download_url",
]

#: The body of "Upload an video".
CREATE_REQUEST = {
    "title": "Big Buck Bunny Video",
    "inputs": [{"url": "https://static.testpress.in/BigBuckBunny.mp4"}],
    "resolutions": ["240p", "360p", "480p", "720p"],
    "content_protection_type": "drm",
    "generate_subtitle": True,
}

NOWHERE = "The requested resource was not found on this server."
NOT_FOUND = {"detail": "Not found."}
INVALID_TOKEN = {"detail": "Invalid token."}
