"""Videos in every state, folded from the facts that lead there."""

from datetime import UTC, datetime, timedelta
from typing import Any

from telecine.shared.aggregates.video import INITIAL, Absent, Known, Video, evolve
from telecine.shared.events import Stamp
from telecine.shared.events.video import (
    Failure,
    Media,
    Opening,
    Plan,
    Source,
    VideoCompletedProcessing,
    VideoCreated,
    VideoFact,
    VideoInProgress,
    VideoProcessFailed,
    VideoProcessSucceeded,
    VideoReadyForProcessing,
    VideoReadyToWatch,
    VideoUploaded,
)

ID = "9328558d-e0a5-4093-b3b9-8f15ad1550d8"
AT = datetime(2026, 1, 1, tzinfo=UTC)
LINK = "https://static.testpress.in/BigBuckBunny.mp4"
MEDIA = Media(width=1280, height=720, duration=596.47, size=450881324, entity_tag="a-1")
WISHES: dict[str, Any] = {
    "inputs": [{"url": LINK}],
    "resolutions": ["240p", "360p", "480p", "720p"],
    "content_protection_type": "drm",
}
STATES = (
    "created",
    "uploaded",
    "queued",
    "in_progress",
    "completed",
    "succeeded",
    "watchable",
    "failed",
)


def video(
    state: str,
    *,
    platform: str = "tpstreams",
    wishes: dict[str, Any] | None = None,
    title: str = "Big Buck Bunny Video",
    link: str | None = LINK,
    probed: Media | None = None,
    media: Media = MEDIA,
    folder: str | None = None,
) -> Known:
    """Answer a video in a state, by its `kind`. `probed`: what the upload's probe found."""
    opening = Opening(
        title=title, platform=platform, request_key="r", wishes=wishes or {}, collection=folder
    )
    source = Source(kind="link" if link else "file", url=link)
    folded: Video = INITIAL
    for fact in _facts(opening, source, probed, media, failed=state == "failed"):
        folded = evolve(folded, fact, Stamp("demo", ID, AT))
        if not isinstance(folded, Absent) and folded.kind == state:
            return folded
    raise AssertionError(f"no such state: {state}")


def in_folder(folder: str | None) -> Known:
    """Answer a video that was created in a folder, or in none."""
    return video("watchable", wishes=WISHES, folder=folder)


def _facts(
    opening: Opening, source: Source, probed: Media | None, media: Media, *, failed: bool
) -> list[VideoFact]:
    due = AT + timedelta(seconds=1)
    failure = Failure(code="corrupt", reason="the file is damaged")
    plan = Plan(waits=(1, 1, 1, 1), media=None if failed else media)
    begun: list[VideoFact] = [
        VideoCreated(opening=opening),
        VideoUploaded(opening=None, upload_key="u", source=source, media=probed),
        VideoReadyForProcessing(plan=plan, next_at=due),
        VideoInProgress(next_at=due),
    ]
    if failed:
        return [*begun, VideoProcessFailed(stage="encode", failure=failure)]
    return [
        *begun,
        VideoCompletedProcessing(next_at=due),
        VideoProcessSucceeded(media=media, next_at=due),
        VideoReadyToWatch(),
    ]
