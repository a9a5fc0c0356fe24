"""An event log under test: videos by link, written with what the rest of the house writes with."""

from telecine.shared.aggregates import video
from telecine.shared.aggregates.video import Video
from telecine.shared.events import Stamp
from telecine.shared.events.video import VideoFact
from telecine.shared.log.envelope import Recorded, Trace
from telecine.shared.log.eventlog import EventLog, Loaded
from telecine.shared.log.kinds import VIDEO
from telecine.shared.wire.bus import Bus
from tests.shared.videos import FACTS, ID, OPENING, ORG, minute, stamp

VideoLog = EventLog[Video, VideoFact]

#: A video's whole life by link, in order.
LIFE = [
    FACTS["uploaded_by_link"],
    FACTS["ready_for_processing"],
    FACTS["in_progress"],
    FACTS["completed_processing"],
    FACTS["process_succeeded"],
    FACTS["ready_to_watch"],
]


def video_log(bus: Bus) -> VideoLog:
    return EventLog(bus, VIDEO)


def trace(cause: str) -> Trace:
    return Trace(causation_id=cause, correlation_id="test")


async def append(
    log: VideoLog, loaded: Loaded[Video, VideoFact], fact: VideoFact, cause: str = "a wish"
) -> Recorded[Video, VideoFact]:
    """Append a fact of THE video, in the minute of its version."""
    return await log.append(loaded, fact, stamp(loaded.version + 1), trace(cause))


async def live(log: VideoLog, facts: list[VideoFact]) -> list[Recorded[Video, VideoFact]]:
    """Append facts of THE video, each behind the last."""
    return [await append(log, await log.load(ORG, ID), fact) for fact in facts]


async def stored(log: VideoLog) -> list[Recorded[Video, VideoFact]]:
    """Answer every fact of THE video."""
    return [each async for each in log.read(VIDEO.filter(ORG, ID))]


async def fill(bus: Bus, videos: int) -> None:
    """Append the first fact of many other videos, `v0`, `v1`, …"""
    log = video_log(bus)
    for number in range(videos):
        at = Stamp(ORG, f"v{number}", minute(1))
        decision = video.decide(video.INITIAL, video.Create(OPENING), at.at)
        assert isinstance(decision, VideoFact)
        await log.append(await log.load(ORG, at.id), decision, at, trace("filling"))
