"""Reading two of the ledger's sides: what the log says is owed, and what is on record."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from nats.aio.msg import Msg
from sqlmodel import col, select

from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import VIDEO
from telecine.shared.tables.database import Database
from telecine.shared.wire.bus import Bus
from tests.customer import ORG
from tests.ledger.ledger import Attempt, Delivery, Owed

Wanted = dict[str, tuple[str, ...]]

#: The columns of an attempt that the ledger asks for, in the order in which it takes them.
_OF_ATTEMPT = [
    getattr(AttemptRow, name)
    for name in (
        *("id", "delivery_id", "number", "trigger"),
        *("started_at", "status", "error", "next_at", "wall_at"),
    )
]


async def owed_by_the_log(bus: Bus, videos: Iterable[str], wanted: Wanted) -> set[Owed]:
    """Answer what is owed for some videos; `wanted` are the types that each endpoint has chosen."""
    log, found = EventLog(bus, VIDEO), set[Owed]()
    for video_id in videos:
        async for fact in log.read(f"video.*.{ORG}.{video_id}"):
            found |= {
                Owed(endpoint_id, fact.id)
                for endpoint_id, types in wanted.items()
                if fact.fact.type in types
            }
    return found


async def hear_owed(bus: Bus) -> set[Owed]:
    """Answer a set that what is published to be sent is added to from now on."""
    heard: set[Owed] = set()

    async def take(message: Msg) -> None:
        fields = message.headers or {}
        heard.add(Owed(message.subject.split(".")[3], fields["ce-causationid"]))

    await bus.client.subscribe("delivery.requested.>", cb=take)
    return heard


async def deliveries(database: Database, endpoints: Sequence[str]) -> list[Delivery]:
    """Answer what is on record for some endpoints."""
    rows = select(DeliveryRow).where(col(DeliveryRow.endpoint_id).in_(endpoints))
    async with database.session() as session:
        return [
            Delivery(
                row.id,
                row.endpoint_id,
                row.event_id,
                row.video_id,
                row.event_sequence,
                row.state,
                row.next,
            )
            for row in await session.scalars(rows)
        ]


async def attempts(database: Database, endpoints: Sequence[str]) -> dict[int, Attempt]:
    """Answer the attempts on record for some endpoints, known from now on, by the ids of their rows."""
    rows = select(*_OF_ATTEMPT).where(col(AttemptRow.endpoint_id).in_(endpoints))
    async with database.session() as session:
        found: Sequence[Any] = (await session.execute(rows)).all()
    now = datetime.now(UTC)
    return {id_: Attempt(*(*values, now)) for id_, *values in found}
