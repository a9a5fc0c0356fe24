"""The event log as the control API shows it: pages of facts, one video's history, a state in the past."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telecine.shared.log.envelope import Kind, Recorded
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import ENDPOINT, FOLDER, JOB, LIVE, VIDEO
from telecine.shared.wire.bus import Bus


@dataclass(frozen=True)
class Shown:
    """A fact as JSON: what happened, when (virtual and stored), where in the log, and the state after."""

    recorded: Recorded[Any, Any]
    state: dict[str, Any]

    def event(self) -> dict[str, Any]:
        """Answer the fact without the state."""
        each = self.recorded
        return {
            "position": each.sequence,
            "id": each.id,
            "type": each.fact.type,
            "subject": each.stamp.id,
            "version": each.version,
            "at": each.stamp.at.isoformat(),
            "stored_at": each.stored_at.isoformat(),
            "causation_id": each.trace.causation_id,
            "correlation_id": each.trace.correlation_id,
            "data": each.fact.model_dump(mode="json"),
        }

    def entry(self) -> dict[str, Any]:
        """Answer the fact with the state after it."""
        return {**self.event(), "state": self.state}


class Logs:
    """Reads the logs of whatever has one; never writes."""

    def __init__(self, bus: Bus) -> None:
        self._kinds: dict[str, EventLog[Any, Any]] = {
            kind.name: EventLog(bus, kind) for kind in (VIDEO, LIVE, JOB, FOLDER, ENDPOINT)
        }

    def types(self) -> set[str]:
        """Answer every type that the logs can hold."""
        return {name for log in self._kinds.values() for name in log.kind.facts}

    async def page(self, kind: str, subject_filter: str, *, after: int, limit: int) -> list[Shown]:
        """Answer facts of a kind under a subject filter, behind a position."""
        log = self._kinds[kind]
        return [
            _shown(log.kind, e) for e in await log.page(subject_filter, after=after, limit=limit)
        ]

    async def history(self, org: str, video_id: str) -> list[Shown]:
        """Answer every fact of a video with the state that the fold of them gives."""
        log = self._kinds[VIDEO.name]
        state, found = log.kind.initial, []
        async for each in log.read(log.kind.filter(org, video_id)):
            state = log.kind.evolve(state, each.fact, each.stamp)
            found.append(Shown(each, log.kind.state.dump_python(state, mode="json")))
        return found


def _shown(kind: Kind[Any, Any], recorded: Recorded[Any, Any]) -> Shown:
    return Shown(recorded, kind.state.dump_python(recorded.state, mode="json"))


def as_of(history: list[Shown], moment: int | datetime) -> Shown | None:
    """Answer the last fact at a position of the log, or at a virtual time; None if there was none."""
    if isinstance(moment, int):
        past = [each for each in history if each.recorded.sequence <= moment]
    else:
        past = [each for each in history if each.recorded.stamp.at <= moment]
    return past[-1] if past else None
