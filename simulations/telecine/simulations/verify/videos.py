"""Videos under way: each that waits has its timer, each that was uploaded has been seen."""

from telecine.shared.aggregates.video import Uploaded, Video, awaited
from telecine.shared.events.video import VideoFact
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.log import Folded
from telecine.simulations.verify.queues import UnderWay


def check_waiting(
    videos: dict[str, Folded[Video, VideoFact]], queues: UnderWay, findings: Findings
) -> None:
    """No video is stuck."""
    for video_id, video in videos.items():
        expected = awaited(video.state)
        if expected:
            held = ("transcoder", video_id, expected.generation) in queues.timers
            problem = f"video {video_id} waits for timer {expected.generation} in vain"
            findings.hold("timers", held, problem)
        elif isinstance(video.state, Uploaded):
            waits = video.sequence > queues.begun_up_to["video"]
            findings.hold("uploads", waits, f"video {video_id} was uploaded and forgotten")
