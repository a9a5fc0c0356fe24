"""The live stream as an asset of TPStreams; the shape is the newest documented one (B5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from telecine.platforms.tpstreams import links
from telecine.platforms.tpstreams.video_shape import parent_of, video_of
from telecine.platforms.tpstreams.wishes import Wishes
from telecine.shared.aggregates.live import (
    Completed,
    Disconnected,
    Failed,
    Living,
    Ready,
    Recording,
    Requested,
    Scheduled,
    Starting,
    Stopped,
    Streaming,
)

#: The resolutions of every documented sample.
RESOLUTIONS = ("240p", "480p", "720p")

LATENCIES = {"low": "Low Latency", "normal": "Normal Latency"}

#: What the sample calls an activity; that it leaves the creation out is seen in it as well.
_ACTIVITIES = {
    "live.publish_started": "On Publish",
    "live.publish_ended": "On Publish Done",
    "live.stopped": "Stopped",
    "live.recording_started": "Recording",
    "live.completed": "Completed",
    "live.failed": "Error",
}


def status(live: Living) -> str:
    """Answer what TPStreams calls a live stream's state."""
    match live:
        case Scheduled() | Requested() | Starting() | Ready():
            return "Not Started"
        case Streaming():
            return "Streaming"
        case Disconnected():
            return "Disconnected"
        case Stopped():
            return "Stopped"
        case Recording():
            return "Recording"
        case Completed():
            return "Completed"
        case Failed():
            return "Error"
        case _:
            assert_never(live)


def livestream(live: Living, titles: Mapping[str, str]) -> dict[str, Any]:
    """Answer a live stream as an asset; `titles` are those of folders, by id."""
    recording = live.recording if isinstance(live, Completed) else None
    return {
        "title": live.card.opening.title,
        "bytes": recording.size if recording else None,
        "type": "livestream",
        "video": _video(live),
        "id": live.card.id,
        "live_stream": _live_stream(live),
        "parent": parent_of(live.card.folder, titles),
        "parent_id": live.card.folder,
    }


def told(live: Living) -> dict[str, Any]:
    """Answer a live stream as its webhooks show it: as an asset, its folder by id alone."""
    whole = livestream(live, {})
    return {key: value for key, value in whole.items() if key != "parent"}


def _video(live: Living) -> dict[str, Any] | None:
    """Answer the recording, as the video of its asset."""
    if not isinstance(live, Completed) or live.recording is None:
        return None
    wishes = Wishes(
        resolutions=RESOLUTIONS,
        protection="drm" if live.card.opening.drm else "disable",
        generate_subtitle=False,
        inputs=({"url": links.stored(live.card.id)},),
    )
    return video_of(live.card.id, "Completed", wishes, live.recording)


def _live_stream(live: Living) -> dict[str, Any]:
    card, opening = live.card, live.card.opening
    up = not isinstance(live, Scheduled | Requested | Starting | Failed)
    # The samples have a chat once a server was asked for, but not yet in the answer to a creation.
    chat = card.version > 1 and not isinstance(live, Scheduled)
    return {
        "rtmp_url": links.RTMP if up else "",
        "stream_key": links.stream_key(card.org, card.id) if up else None,
        "status": status(live),
        "hls_url": links.live(card.org, card.id),
        "start": opening.scheduled or f"{card.created_at:%Y-%m-%d %H:%M:%S}",
        "transcode_recorded_video": opening.transcode,
        "enable_drm_for_recording": opening.drm,
        "chat_embed_url": links.chat(card.org, card.id) if chat else None,
        "resolutions": list(RESOLUTIONS),
        "enable_drm": opening.drm,
        "enable_llhls": False,
        "latency": LATENCIES[opening.latency],
        "activities": [
            {"status": _ACTIVITIES[done.type], "timestamp": _moment(done.at)}
            for done in card.activities
        ],
    }


def _moment(at: datetime) -> str:
    """As in "September 22, 2025, 05:59 PM", in English wherever the house runs."""
    return f"{_MONTHS[at.month - 1]} {at:%d, %Y}, {at.hour % 12 or 12:02}:{at:%M} {_half(at)}"


def _half(at: datetime) -> str:
    return "PM" if at.hour >= 12 else "AM"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
