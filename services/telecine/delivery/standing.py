"""How deliveries and attempts stand on record: what their rows say, and what a state leaves there. Pure."""

from datetime import datetime
from typing import cast, get_args

from telecine.delivery.decider import (
    INITIAL,
    Discarded,
    Exhausted,
    Parked,
    Parking,
    Postponed,
    Postponing,
    State,
    Succeeded,
)
from telecine.delivery.rows import AttemptValues
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.shared.errors import BrokenLog
from telecine.shared.sending.owed import Origin, Owed

#: The states that a delivery does not leave by itself.
ENDED = (Succeeded.kind, Exhausted.kind, Discarded.kind)


def state_of(row: DeliveryRow | None) -> State:
    """Answer the delivery's state from its row; no row: nothing has been recorded."""
    if row is None:
        return INITIAL
    match row.state:
        case "postponed" if row.next_at:
            asked = row.reason == "retry_after"
            reason: Postponing = "retry_after" if asked else "schedule"
            return Postponed(row.next, row.next_at, row.resent, reason)
        case "parked" if row.reason in get_args(Parking):
            return Parked(row.next, cast("Parking", row.reason), row.resent)
        case "succeeded":
            return Succeeded(row.next)
        case "exhausted":
            return Exhausted(row.next)
        case "discarded":
            return Discarded(row.next, row.ended or "")
        case _:
            raise BrokenLog(f"delivery {row.id} is {row.state!r} without what belongs to it")


def state_columns(state: State) -> tuple[datetime | None, str | None, str | None]:
    """Answer what a state has beside its kind and `next`: when that is due, why it waits, why it ended."""
    if isinstance(state, Succeeded):  # as most are
        return None, None, None
    if isinstance(state, Postponed):
        return state.due, state.reason, None
    if isinstance(state, Parked):
        return None, state.reason, None
    return None, None, state.why if isinstance(state, Discarded) else None


def owed_of(row: DeliveryRow) -> Owed:
    """Answer what is owed, as its row has kept it."""
    return Owed(
        delivery_id=row.id,
        org=row.org,
        endpoint_id=row.endpoint_id,
        endpoint_sequence=row.endpoint_sequence,
        platform=row.platform,
        event_id=row.event_id,
        event_type=row.event_type,
        event_sequence=row.event_sequence,
        video_id=row.video_id,
        at=row.created_at,
        matched_at=row.matched_at,
        correlation_id=row.correlation_id,
        body=row.body,
        predecessor=row.predecessor,
        trigger=cast("Origin", row.trigger),
    )


def values_of(row: AttemptRow) -> AttemptValues:
    """Answer an attempt from its row."""
    return AttemptValues(*(getattr(row, name) for name in AttemptValues._fields))
