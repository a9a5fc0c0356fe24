"""An endpoint's backlog: what is parked there, when it will be fetched, and giving it up by choice."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from telecine.delivery.fetching import Fetching, replayed_at
from telecine.delivery.parking import ParkingLot
from telecine.delivery.tables import DeliveryRow, GateRow
from telecine.delivery.wishes import Wishes
from telecine.shared.contracts.backlog import (
    Backlog,
    BacklogDiscarded,
    DiscardBacklog,
    GetBacklog,
)
from telecine.shared.contracts.delivery import Again, CountAgain
from telecine.shared.tables.database import Database

#: Deliveries that one transaction gives up, and that one answer does: a question has 10 s.
BATCH, MOST = 500, 20_000
#: Deliveries that are looked at for their reasons, which no index has.
_REASONS = 100_000


class Backlogs:
    """Answers for all endpoints; `now` is virtual."""

    def __init__(
        self,
        database: Database,
        lot: ParkingLot,
        wishes: Wishes,
        now: Callable[[], datetime],
        most: int = MOST,
    ) -> None:
        self._database = database
        self._fetching = Fetching(database)
        self._lot = lot
        self._wishes = wishes
        self._now = now
        self._most = most

    async def get(self, query: GetBacklog) -> Backlog:
        """Answer what is parked at an endpoint of an organisation."""
        parked = _parked(query.org, query.endpoint_id)
        total = select(func.count(), func.min(col(DeliveryRow.created_at))).where(*parked)
        oldest = select(col(DeliveryRow.reason)).where(*parked)
        oldest = oldest.order_by(col(DeliveryRow.created_at)).limit(_REASONS)
        some = oldest.subquery()
        reasons = select(some.c.reason, func.count()).group_by(some.c.reason)
        async with self._database.session() as session:
            count, since = (await session.execute(total)).one()
            by_reason = {row[0]: row[1] for row in await session.execute(reasons)}
            gate = await session.get(GateRow, query.endpoint_id)
        if gate is None or gate.org != query.org:
            gate = GateRow(endpoint_id=query.endpoint_id, org=query.org)
        resends = await self._wishes.count(query.org, query.endpoint_id)
        return Backlog(
            endpoint_id=query.endpoint_id,
            parked=count,
            resends=sum(resends.values()),
            by_reason=by_reason,
            oldest_at=since,
            oldest_age_seconds=(self._now() - since).total_seconds() if since else None,
            next_fetch_at=gate.due,
            draining=gate.draining,
            open_until=gate.open_until,
        )

    async def again(self, query: CountAgain) -> Again:
        """Answer how much waits at an endpoint of an organisation to be sent again."""
        wished = await self._wishes.count(query.org, query.endpoint_id)
        at = [*replayed_at(query.endpoint_id), col(DeliveryRow.org).concat("") == query.org]
        replayed = await self._fetching.count(at, _REASONS)
        return Again(by_hand=wished[False], in_bulk=wished[True] + replayed)

    async def discard(self, command: DiscardBacklog) -> BacklogDiscarded:
        """Give up what waits: resends at once, what is parked oldest first, in small batches; idempotent,
        since it is then gone."""
        now = self._now()
        resends = await self._wishes.give_up(command.org, command.endpoint_id, command.before)
        wanted = [
            *_parked(command.org, command.endpoint_id),
            col(DeliveryRow.created_at) < command.before
            if command.before
            else col(DeliveryRow.created_at) <= now,
        ]
        gone = 0
        while gone < self._most and (ids := await self._oldest(wanted, self._most - gone)):
            lately = await self._lot.discard(ids, "discarded_by_owner", now)
            gone += lately
            if not lately:
                break  # others were quicker
        async with self._database.session() as session:
            left = await session.scalar(select(func.count()).where(*wanted))
        return BacklogDiscarded(discarded=gone, left=left or 0, resends=resends)

    async def _oldest(self, wanted: list[ColumnElement[bool]], most: int) -> list[str]:
        ids: Any = (
            select(col(DeliveryRow.id))
            .where(*wanted)
            .order_by(col(DeliveryRow.created_at), col(DeliveryRow.id))
            .limit(min(BATCH, most))
        )
        async with self._database.session() as session:
            return list((await session.scalars(ids)).all())


def _parked(org: str, endpoint_id: str) -> list[ColumnElement[bool]]:
    return [
        col(DeliveryRow.endpoint_id) == endpoint_id,
        col(DeliveryRow.state) == "parked",
        col(DeliveryRow.org).concat("") == org,  # no index but that of what is parked
    ]
