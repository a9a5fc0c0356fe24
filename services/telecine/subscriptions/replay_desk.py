"""Taking on replays and recoveries, and answering how far they are."""

import json

import structlog

from telecine.shared.aggregates.endpoint import Absent, Active, Deleted, Endpoint, Profile
from telecine.shared.contracts.replays import (
    CancelReplay,
    GetReplay,
    ListReplays,
    ReplayAnswer,
    ReplayPage,
    StartReplay,
)
from telecine.shared.errors import Refusal
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.ids import hex_of
from telecine.shared.log.eventlog import EventLog
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.bus import Bus
from telecine.subscriptions.decider import NO_SUCH
from telecine.subscriptions.replay_cursor import begin
from telecine.subscriptions.replays import Replays, shown
from telecine.subscriptions.tables import ReplayRow
from telecine.subscriptions.wanting import replay_problem

log = structlog.get_logger()


class ReplayDesk:
    """Starting is idempotent by its request key; cancelling by its effect."""

    def __init__(
        self,
        bus: Bus,
        log: EventLog[Endpoint, EndpointFact],
        replays: Replays,
        clock: VirtualClock,
    ) -> None:
        self._bus = bus
        self._log = log
        self._replays = replays
        self._clock = clock

    async def start(self, command: StartReplay) -> ReplayAnswer:
        """Take one on, durably. Raises Refusal, naming the field."""
        loaded = await self._log.load(command.org, command.endpoint_id)
        profile, now = _active(loaded.state), self._clock.now()
        replay_id = hex_of(profile.id, command.kind, command.request_key)
        known = await self._replays.get(command.org, replay_id)
        if known:
            return ReplayAnswer(replay=shown(known))
        _check(command, profile)
        until = min(command.until or now, now)
        if command.since >= until:
            until_ = "until" if until == command.until else "now"
            raise Refusal("invalid", f"is not before {until_}; give an earlier time", "since")
        row = await self._replays.begin(
            {
                "id": replay_id,
                "org": command.org,
                "endpoint_id": profile.id,
                "kind": command.kind,
                "state": "running",
                "since": command.since,
                "until": until,
                "types": json.dumps(command.types or ()),
                "found": 0,
                "requested": 0,
                "waiting": 0,
                "pending": "[]",
                "cursor": (await begin(self._bus, command.kind)).text,
                "created_at": now,
                "updated_at": now,
                "correlation_id": command.correlation_id,
            }
        )
        log.info("replay.started", replay_id=row.id, kind=row.kind, endpoint_id=row.endpoint_id)
        return ReplayAnswer(replay=shown(row))

    async def cancel(self, command: CancelReplay) -> ReplayAnswer:
        """Let one ask for no more. One that is at its end stays as it is."""
        row = await self._found(command.org, command.replay_id)
        if await self._replays.move(row.id, self._clock.now(), state="cancelled", why="asked"):
            log.info("replay.cancelled", replay_id=row.id)
        return ReplayAnswer(replay=shown(await self._found(command.org, command.replay_id)))

    async def get(self, query: GetReplay) -> ReplayAnswer:
        """Answer how far one is."""
        return ReplayAnswer(replay=shown(await self._found(query.org, query.replay_id)))

    async def list(self, query: ListReplays) -> ReplayPage:
        """Answer a page of an organisation's."""
        return await self._replays.page(query)

    async def _found(self, org: str, replay_id: str) -> ReplayRow:
        row = await self._replays.get(org, replay_id)
        if row is None:
            raise Refusal("not_found", "no such replay")
        return row


def _active(state: Endpoint) -> Profile:
    if isinstance(state, Absent | Deleted):
        raise Refusal("not_found", NO_SUCH.message)
    if not isinstance(state, Active):
        raise Refusal("conflict", "the endpoint is not active; activate it, then begin")
    return state.profile


def _check(command: StartReplay, profile: Profile) -> None:
    for name in ("since", "until"):
        moment = getattr(command, name)
        if moment and moment.tzinfo is None:
            raise Refusal("invalid", "has no zone; give the time one, such as a final Z", name)
    if command.types is not None and (wrong := replay_problem(command.types, profile)):
        raise Refusal("invalid", wrong, "types")
