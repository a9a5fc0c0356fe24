"""What is under way: messages in the work queues and timers that are held, read without taking any."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from nats.aio.msg import Msg

from telecine.shared.bus import Bus
from telecine.shared.eventlog import direct_get

Awaiting = tuple[str, str, int]  # service, key, generation
_PAGE = 500


@dataclass(frozen=True)
class UnderWay:
    """Timers and fired timers by (service, key, generation); owed deliveries by id, with when they
    were matched and for which position of the log; positions up to which consumers are done."""

    timers: frozenset[Awaiting]
    owed: dict[str, tuple[int, datetime]]
    matched_up_to: int
    queued_up_to: int


async def under_way(bus: Bus) -> UnderWay:
    """Read the queues."""
    owed = {}
    async for message in _all(bus, "DELIVERIES"):
        fields = message.headers or {}
        if "telecine-matched-at" not in fields:
            continue  # a resend: what it sends again is on record
        matched_at = datetime.fromisoformat(fields["telecine-matched-at"])
        owed[fields["ce-id"]] = (int(fields["telecine-event-sequence"]), matched_at)
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
        await _done(bus, "subscriptions-matching"),
        await _done(bus, "transcoder-uploaded"),
    )


async def _done(bus: Bus, durable: str) -> int:
    """Answer the position in VIDEOS up to which a consumer has acknowledged everything."""
    info = await bus.js.consumer_info("VIDEOS", durable)
    if not info.num_pending and not info.num_ack_pending:
        return (await bus.js.stream_info("VIDEOS")).state.last_seq
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
