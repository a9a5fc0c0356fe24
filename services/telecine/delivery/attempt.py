"""One attempt and its delivery as rows of their tables. Pure."""

from datetime import datetime, timedelta
from typing import Literal

import orjson

from telecine.delivery.decider import State
from telecine.delivery.outcome import Outcome
from telecine.delivery.rows import AttemptValues, DeliveryValues
from telecine.delivery.standing import state_columns
from telecine.delivery.stencil import Moment, Stencil
from telecine.shared.sending.owed import Owed

Trigger = Literal["first", "retry", "resend", "replay", "probe", "test"]


def virtual_end(start: datetime, outcome: Outcome, speed: float) -> datetime:
    """Answer when an attempt ended: its wall length counts at the clock's speed, frozen as nothing."""
    return start + timedelta(0, 0, outcome.timings.total_ms * speed * 1000)


def delivery_row(
    owed: Owed, state: State, updated_at: datetime, trigger: Trigger | None
) -> DeliveryValues:
    """Answer the delivery's row in a state, after an attempt by `trigger` (None: without one)."""
    next_at, reason, ended = state_columns(state)
    return DeliveryValues(
        owed.delivery_id,
        owed.org,
        owed.endpoint_id,
        owed.platform,
        owed.event_id,
        owed.event_type,
        owed.event_sequence,
        owed.video_id,
        state.kind,
        state.next,
        int(trigger is not None),
        int(trigger == "resend"),
        next_at,
        reason,
        ended,
        owed.at,
        updated_at,
        owed.matched_at,
        owed.endpoint_sequence,
        owed.correlation_id,
        owed.predecessor,
        owed.trigger,
        owed.body,
    )


def attempt_row(
    owed: Owed,
    stencil: Stencil,
    headers: str,
    outcome: Outcome,
    state: State,
    *,
    trigger: Trigger,
    cause: str | None,
    moment: Moment,
    ended_at: datetime,
) -> AttemptValues:
    """Answer the attempt's row: what was sent (`headers` as they are kept), what came, what is next."""
    timings = outcome.timings
    next_at, next_reason, _ = state_columns(state)
    return AttemptValues(
        owed.delivery_id,
        owed.org,
        owed.endpoint_id,
        owed.event_type,
        state.next - 1,
        trigger,
        cause,
        moment.virtual,
        ended_at,
        moment.wall,
        stencil.url,
        outcome.address,
        outcome.reused,
        stencil.key_ids,
        headers,
        outcome.status,
        outcome.reason,
        orjson.dumps(outcome.headers).decode(),
        outcome.body,
        outcome.truncated,
        outcome.length,
        outcome.error,
        outcome.message,
        timings.total_ms,
        timings.dns_ms,
        timings.connect_ms,
        timings.tls_ms,
        timings.first_byte_ms,
        next_at,
        next_reason,
    )
