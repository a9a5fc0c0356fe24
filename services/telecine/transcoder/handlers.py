"""The encoder's steps: a fact or a timer comes in, one fact and the next timer go out.

Idempotent by the video's state: a step that was made is not made again, but if its message was
redelivered the timer that the state awaits is set again, since a crash may have come between.
"""

from dataclasses import dataclass
from datetime import datetime

from nats.aio.msg import Msg

from telecine.shared.aggregates import video
from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.verdicts import Unchanged
from telecine.shared.aggregates.video import Uploaded, Video, awaited
from telecine.shared.events.video import VideoFact
from telecine.shared.log.decisions import Obeyed, obey
from telecine.shared.log.envelope import Recorded, Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.observing.logging import correlation
from telecine.shared.time.timers import Timer, parse_fired, set_timer
from telecine.shared.wire.bus import Bus
from telecine.transcoder.plan import Preset, plan


@dataclass(frozen=True)
class _Origin:
    """Whose step it is."""

    org: str
    video_id: str
    correlation_id: str


class Steps:
    """Takes uploaded videos into the encoder and moves them on when their time has come."""

    def __init__(
        self, bus: Bus, log: EventLog[Video, VideoFact], seed: int, preset: Preset
    ) -> None:
        self._bus = bus
        self._log = log
        self._seed = seed
        self._preset = preset

    async def uploaded(self, message: Msg) -> None:
        """Queue a video whose bytes have arrived."""
        fact = self._log.parse(message)
        origin = _Origin(fact.stamp.org, fact.stamp.id, fact.trace.correlation_id)
        trace = Trace(fact.id, origin.correlation_id)

        def decide(state: Video, at: datetime) -> video.Decision:
            if not isinstance(state, Uploaded):
                return Unchanged()
            wish = video.Queue(plan(self._seed, state.card, state.upload, self._preset))
            return video.decide(state, wish, at)

        with correlation(origin.correlation_id, video_id=origin.video_id):
            obeyed = await obey(
                self._log, origin.org, origin.video_id, decide, now=fact.stamp.at, trace=trace
            )
            await self._finish(message, origin, obeyed)

    async def due(self, message: Msg) -> None:
        """Make the step that was waited for; the timer's due time is now."""
        fired = parse_fired(message)
        origin = _Origin(fired.payload["org"], fired.key, fired.payload["correlation"])
        trace = Trace(f"timer:{fired.key}:{fired.generation}", origin.correlation_id)

        def decide(state: Video, at: datetime) -> video.Decision:
            return video.decide(state, video.Step(fired.generation), at)

        with correlation(origin.correlation_id, video_id=origin.video_id):
            obeyed = await obey(
                self._log, origin.org, origin.video_id, decide, now=fired.due, trace=trace
            )
            await self._finish(message, origin, obeyed)

    async def _finish(
        self, message: Msg, origin: _Origin, obeyed: Obeyed[Video, VideoFact]
    ) -> None:
        if self._sets_timer(message, obeyed.recorded):
            expected = awaited(obeyed.state)
            if expected:
                await set_timer(self._bus, _timer(origin, expected))
        await self._bus.ack(message)

    def _sets_timer(self, message: Msg, recorded: Recorded[Video, VideoFact] | None) -> bool:
        """A new step sets its timer; a step made before does so only if it may have been cut short."""
        return recorded is not None or self._bus.redelivered(message)


def _timer(origin: _Origin, expected: Awaited) -> Timer:
    return Timer(
        service="transcoder",
        key=origin.video_id,
        generation=expected.generation,
        due=expected.due,
        lane=f"video:{origin.video_id}",
        payload={"org": origin.org, "correlation": origin.correlation_id},
    )
