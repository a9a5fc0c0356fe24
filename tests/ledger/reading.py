"""Reading two of the ledger's sides: what the log says is owed, and what is on record."""

from collections.abc import Iterable, Sequence

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


async def attempts(database: Database, endpoints: Sequence[str]) -> list[Attempt]:
    """Answer the attempts on record for some endpoints."""
    its = select(DeliveryRow.id).where(col(DeliveryRow.endpoint_id).in_(endpoints))
    rows = select(AttemptRow).where(col(AttemptRow.delivery_id).in_(its))
    async with database.session() as session:
        return [
            Attempt(
                row.delivery_id,
                row.number,
                row.trigger,
                row.started_at,
                row.status,
                row.error,
                row.next_at,
            )
            for row in await session.scalars(rows)
        ]
