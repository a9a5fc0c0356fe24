"""What is under way: messages in the work queues and timers that are held, read without taking any."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nats.aio.msg import Msg
from nats.js.errors import NotFoundError

from telecine.shared.errors import Unavailable
from telecine.shared.log.envelope import Kind
from telecine.shared.log.eventlog import direct_get
from telecine.shared.log.kinds import JOB, LIVE, VIDEO
from telecine.shared.wire.bus import Bus
from telecine.subscriptions.matching import MATCHED

Awaiting = tuple[str, str, int]  # service, key, generation
Place = tuple[str, int]  # the kind of log, and the position in it
_PAGE = 500

#: The encoder's consumers of what is to be begun.
_BEGUN: dict[str, Kind[Any, Any]] = {
    "transcoder-uploaded": VIDEO,
    "transcoder-live-begun": LIVE,
    "transcoder-job-begun": JOB,
}


@dataclass(frozen=True)
class UnderWay:
    """Timers and fired timers by (service, key, generation); owed deliveries by id, with when they
    were matched and for which place in the logs; by kind of log, the positions up to which matching
    and the encoder are done."""

    timers: frozenset[Awaiting]
    owed: dict[str, tuple[Place, datetime]]
    matched_up_to: dict[str, int]
    begun_up_to: dict[str, int]


async def under_way(bus: Bus) -> UnderWay:
    """Read the queues."""
    owed = {}
    async for message in _all(bus, "DELIVERIES"):
        fields = message.headers or {}
        if fields.get("telecine-trigger") == "test":
            continue  # it stands for no fact
        matched_at = datetime.fromisoformat(fields["telecine-matched-at"])
        event = place(fields["telecine-event-type"], int(fields["telecine-event-sequence"]))
        owed[fields["ce-id"]] = (event, matched_at)
    timers: set[Awaiting] = set()
    async for message in _all(bus, "TIMERS"):
        _, service, key, generation = (message.headers or {})["Nats-Subject"].split(".")
        timers.add((service, key, int(generation)))
    async for message in _all(bus, "DUE"):
        fields = message.headers or {}
        _, service, key = fields["Nats-Subject"].split(".")
        if service != "clock":  # its fence, which is nobody's timer
            timers.add((service, key, int(fields["telecine-generation"])))
    return UnderWay(
        frozenset(timers),
        owed,
        {kind.name: await _done(bus, kind, durable) for durable, kind in MATCHED.items()},
        {kind.name: await _done(bus, kind, durable) for durable, kind in _BEGUN.items()},
    )


def place(event_type: str, position: int) -> Place:
    """Answer where a fact stands; positions of different logs say nothing about each other."""
    return event_type.partition(".")[0], position


async def _done(bus: Bus, kind: Kind[Any, Any], durable: str) -> int:
    """Answer the position in a log up to which a consumer has acknowledged everything.

    Raises Unavailable if there is no such consumer: then its service has never run in this house.
    """
    try:
        info = await bus.js.consumer_info(kind.stream, durable)
    except NotFoundError as error:
        raise Unavailable(
            f"{durable} has never read {kind.stream} in this house: start every service, then verify"
        ) from error
    if not info.num_pending and not info.num_ack_pending:
        return (await bus.js.stream_info(kind.stream)).state.last_seq
    return info.ack_floor.stream_seq if info.ack_floor else 0


async def _all(bus: Bus, stream: str) -> AsyncIterator[Msg]:
    after = 0
    while True:
        request = {"seq": after + 1, "batch": _PAGE, "next_by_subj": ">"}
        page = await direct_get(bus, stream, request)
        for message in page:
            yield message
        if len(page) < _PAGE:
            return
        after = int((page[-1].headers or {})["Nats-Sequence"])
