"""One message for every fact, as the code writes it today."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from telecine.clock import time_line
from telecine.delivery.publishing import Publishing, Told
from telecine.delivery.rows import AttemptValues
from telecine.shared.aggregates import endpoint, job, live
from telecine.shared.aggregates.endpoint import Active, Endpoint
from telecine.shared.aggregates.folder import Folder, Standing
from telecine.shared.aggregates.video import Video, Watchable
from telecine.shared.events import Fact, Stamp
from telecine.shared.events.clock import ClockFact, ClockSpeedChanged, ClockStarted
from telecine.shared.log import envelope
from telecine.shared.log.envelope import Kind, Trace
from telecine.shared.log.kinds import ENDPOINT, FOLDER, JOB, LIVE, VIDEO
from telecine.shared.observing.tracing import Tracing
from telecine.shared.sending.owed import Owed
from telecine.shared.wire.answers import Expect, Stored
from telecine.shared.wire.bus import Bus
from tests.shared import endpoints, folders, jobs, lives, videos
from tests.shared.videos import due, minute

EVENT_ID, TRACE = "0123456789abcdef", Trace("cause-1", "wish-1")


@dataclass(frozen=True)
class Written:
    """A message: its subject, its headers, its body as JSON."""

    subject: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A fact of an aggregate, and the state after it."""

    kind: Kind[Any, Any]
    fact: Fact
    stamp: Stamp
    version: int
    state: Any

    @property
    def name(self) -> str:
        """The type, and in which versions fact and state are written."""
        schema, state = self.fact.schema_version, self.kind.state_version
        return f"{self.fact.type}.schema{schema}.state{state}"

    def message(self) -> Written:
        body = envelope.body(self.kind, self.fact, self.version, self.state)
        return Written(
            envelope.subject(self.fact, self.stamp),
            envelope.headers(self.kind, EVENT_ID, self.fact, self.stamp, TRACE),
            json.loads(body),
        )


def _video(fact: str, version: int, state: Video) -> Case:
    return Case(VIDEO, videos.FACTS[fact], videos.stamp(version), version, state)


def _endpoint(fact: str, version: int, state: Endpoint) -> Case:
    return Case(ENDPOINT, endpoints.FACTS[fact], endpoints.stamp(version), version, state)


def _folder(fact: str, version: int, state: Folder) -> Case:
    return Case(FOLDER, folders.FACTS[fact], folders.stamp(version), version, state)


def _marks() -> list[Case]:
    """A watchable video whose deletion failed, that was moved and shown to all, deleted, reverted."""
    found, state = [], videos.WATCHABLE
    facts = ("failed_to_delete", "moved", "privacy_changed", "deleted", "deletion_reverted")
    for version, fact in enumerate(facts, start=8):
        after = VIDEO.evolve(state, videos.FACTS[fact], videos.stamp(version))
        assert isinstance(after, Watchable)
        state = after
        found.append(_video(fact, version, state))
    return found


def _jobs() -> list[Case]:
    states: dict[str, job.Known] = {
        "created": jobs.CREATED,
        "queued": jobs.QUEUED,
        "started": jobs.STARTED,
        "completed": jobs.COMPLETED,
        "failed": jobs.FAILED,
        "cancelled": jobs.CANCELLED,
    }
    return [
        Case(JOB, jobs.FACTS[fact], jobs.stamp(state.card.version), state.card.version, state)
        for fact, state in states.items()
    ]


def _lives() -> list[Case]:
    states: dict[str, live.Known] = {
        "created": lives.REQUESTED,
        "start_requested": live.Requested(lives.card(2, opening=lives.LATER)),
        "server_starting": lives.STARTING,
        "server_ready": lives.READY,
        "publish_started": lives.STREAMING,
        "publish_ended": lives.DISCONNECTED,
        "stopped": lives.STOPPED,
        "recording_started": lives.RECORDING,
        "completed": lives.COMPLETED,
        "failed": lives.FAILED,
        "moved": replace(lives.COMPLETED, card=replace(lives.card(10, 6), folder="f-1")),
        "deleted": lives.DELETED,
    }
    return [
        Case(LIVE, lives.FACTS[fact], lives.stamp(state.card.version), state.card.version, state)
        for fact, state in states.items()
    ]


def _endpoints() -> list[Case]:
    states: dict[str, endpoint.Known] = {
        "created": endpoints.ACTIVE,
        "deactivated": endpoints.INACTIVE,
        "activated": endpoints.ACTIVATED,
        "updated": endpoints.UPDATED,
        "disabled": endpoints.DISABLED,
        "recovered": endpoints.RECOVERED,
        "rotated": Active(endpoints.profile(2, keys=endpoints.AFTER_ROTATION)),
        "read": Active(endpoints.profile(2, updated=1)),
        "deleted": endpoints.DELETED,
    }
    return [_endpoint(fact, state.profile.version, state) for fact, state in states.items()]


def cases() -> dict[str, Case]:
    """Answer a case for every fact that has a state after it, by name."""
    found = [
        _video("created", 1, videos.CREATED),
        _video("uploaded_by_file", 2, videos.UPLOADED),
        _video("ready_for_processing", 3, videos.QUEUED),
        _video("in_progress", 4, videos.IN_PROGRESS),
        _video("completed_processing", 5, videos.COMPLETED),
        _video("process_succeeded", 6, videos.SUCCEEDED),
        _video("ready_to_watch", 7, videos.WATCHABLE),
        _video("process_failed", 5, videos.FAILED),
        *_marks(),
        *_lives(),
        *_jobs(),
        _folder("created", 1, folders.STANDING),
        _folder("renamed", 2, Standing(folders.card(2, "Speeches"))),
        _folder("moved", 2, Standing(folders.card(2, parent=folders.PARENT))),
        _folder("deleted", 2, folders.DELETED),
        *_endpoints(),
    ]
    linked = _video("uploaded_by_link", 1, videos.LINKED)
    return {each.name: each for each in found} | {f"{linked.name}.by_link": linked}


class _Noted(Bus):
    """Writes down what would be published."""

    def __init__(self) -> None:
        self.noted: list[Written] = []
        self.tracing = Tracing()

    async def publish(
        self,
        subject: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        message_id: str | None = None,
        expect: Expect | None = None,
    ) -> Stored:
        self.noted.append(Written(subject, dict(headers or {}), json.loads(body)))
        return Stored("", 1, False)


OWED = Owed(
    delivery_id="69a42e80d0c1b2a394857667",
    org=videos.ORG,
    endpoint_id=endpoints.ID,
    endpoint_sequence=3,
    platform="omega",
    event_id="e-1",
    event_type="video.ready_to_watch",
    event_sequence=7,
    video_id=videos.ID,
    at=minute(7),
    matched_at=minute(8),
    correlation_id="wish-1",
    body=b"{}",
)
#: What makes an attempt the one of each kind of news.
ATTEMPTS: tuple[dict[str, Any], ...] = (
    {"number": 2, "status": 204},
    {"number": 4, "status": 503, "error": "status", "next_at": due(9, 5)},
    {"number": 2, "status": 410, "error": "status"},
    {"number": 10, "error": "timeout"},
    {"number": 11, "trigger": "resend", "status": 500, "error": "status"},
)
ATTEMPT: dict[str, Any] = {
    **dict.fromkeys(AttemptValues._fields),
    "trigger": "retry",
    "ended_at": minute(9),
}
CLOCK_FACTS: tuple[ClockFact, ...] = (
    ClockStarted(now=minute(1), wall=minute(2), speed=1.0),
    ClockSpeedChanged(now=minute(3), wall=minute(4), speed=0.0),
)


async def _news() -> dict[str, Written]:
    """Answer the messages of the facts that have no state after them."""
    bus = _Noted()
    for fact in CLOCK_FACTS:
        await time_line.append(bus, fact, after=6)
    for attempt in ATTEMPTS:
        await Publishing(bus).tell([Told(OWED, AttemptValues(**{**ATTEMPT, **attempt}), seen=3)])
    told = [each for each in bus.noted if not each.subject.startswith("timer.")]
    return {_name(each.headers): each for each in told}


def _name(headers: Mapping[str, str]) -> str:
    return f"{headers['ce-type']}.schema{headers['telecine-schema']}"


def written() -> dict[str, Written]:
    """Answer every message by name."""
    return {name: case.message() for name, case in cases().items()} | asyncio.run(_news())
