"""One attempt and its delivery as rows of their tables. Pure."""

from datetime import datetime, timedelta
from typing import Any, Literal

import orjson

from telecine.delivery.decider import Parked, Postponed, State
from telecine.delivery.outcome import Outcome
from telecine.delivery.records import state_columns
from telecine.delivery.stencil import Moment, Webhook
from telecine.shared.sending.owed import Owed

Trigger = Literal["first", "retry", "resend", "replay", "probe", "test"]


def virtual_end(start: datetime, outcome: Outcome, speed: float) -> datetime:
    """Answer when an attempt ended: its wall length counts at the clock's speed, frozen as nothing."""
    return start + timedelta(0, 0, outcome.timings.total_ms * speed * 1000)


def delivery_row(
    owed: Owed, state: State, updated_at: datetime, trigger: Trigger | None
) -> dict[str, Any]:
    """Answer the delivery's row in a state, after an attempt by `trigger` (None: without one)."""
    return {
        "id": owed.delivery_id,
        "org": owed.org,
        "endpoint_id": owed.endpoint_id,
        "platform": owed.platform,
        "event_id": owed.event_id,
        "event_type": owed.event_type,
        "event_sequence": owed.event_sequence,
        "video_id": owed.video_id,
        "created_at": owed.at,
        "updated_at": updated_at,
        "matched_at": owed.matched_at,
        "endpoint_sequence": owed.endpoint_sequence,
        "correlation_id": owed.correlation_id,
        "predecessor": owed.predecessor,
        "trigger": owed.trigger,
        "body": owed.body,
        "attempts": int(trigger is not None),
        "resent": int(trigger == "resend"),
        **state_columns(state),
    }


def attempt_row(
    owed: Owed,
    sent: Webhook,
    outcome: Outcome,
    state: State,
    *,
    number: int,
    trigger: Trigger,
    cause: str | None,
    moment: Moment,
    ended_at: datetime,
) -> dict[str, Any]:
    """Answer the attempt's row: what was sent, what came, what is next."""
    stencil, timings = sent.stencil, outcome.timings
    waits = state if isinstance(state, Postponed | Parked) else None
    return {
        "delivery_id": owed.delivery_id,
        "org": owed.org,
        "endpoint_id": owed.endpoint_id,
        "event_type": owed.event_type,
        "number": number,
        "trigger": trigger,
        "cause": cause,
        "started_at": moment.virtual,
        "ended_at": ended_at,
        "wall_at": moment.wall,
        "url": stencil.url,
        "address": outcome.address,
        "reused": outcome.reused,
        "key_ids": stencil.key_ids,
        "request_headers": sent.record,
        "status": outcome.status,
        "reason": outcome.reason,
        "response_headers": orjson.dumps(outcome.headers).decode(),
        "response_body": outcome.body,
        "response_truncated": outcome.truncated,
        "response_length": outcome.length,
        "error": outcome.error,
        "message": outcome.message,
        "duration_ms": timings.total_ms,
        "dns_ms": timings.dns_ms,
        "connect_ms": timings.connect_ms,
        "tls_ms": timings.tls_ms,
        "first_byte_ms": timings.first_byte_ms,
        "next_at": waits.due if isinstance(waits, Postponed) else None,
        "next_reason": waits.reason if waits else None,
    }
