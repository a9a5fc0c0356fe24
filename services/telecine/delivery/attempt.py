"""One attempt: what goes out, and what it leaves on record. Pure but for the sending itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from telecine.delivery.decider import Postponed, State
from telecine.delivery.keyring import Keys
from telecine.delivery.outcome import Outcome
from telecine.delivery.records import state_columns
from telecine.delivery.sender import USER_AGENT, WebhookRequest
from telecine.delivery.signing import webhook_headers
from telecine.platforms.pack import Pack
from telecine.shared.endpoint import Profile
from telecine.shared.owed import Owed

Trigger = Literal["first", "retry", "resend"]

REDACTED = "[redacted]"


@dataclass(frozen=True)
class Moment:
    """When an attempt began, in virtual time and on the wall."""

    virtual: datetime
    wall: datetime


def request(
    owed: Owed,
    profile: Profile,
    pack: Pack,
    keys: Keys,
    *,
    moment: Moment,
    timeout: float,
) -> WebhookRequest:
    """Answer the webhook as it goes out: signed now, with the platform's own headers beside."""
    timestamp = int(moment.wall.timestamp())
    headers = {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "telecine-time": moment.virtual.isoformat(),
        **webhook_headers(keys.signers, owed.delivery_id, timestamp, owed.body),
        **pack.headers(profile, keys.secrets),
    }
    return WebhookRequest(profile.subscription.url, headers, owed.body, timeout)


def virtual_end(start: datetime, outcome: Outcome, speed: float) -> datetime:
    """Answer when an attempt ended: its wall length counts at the clock's speed, frozen as nothing."""
    return start + timedelta(milliseconds=outcome.timings.total_ms * speed)


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
        "body": owed.body,
        "attempts": int(trigger is not None),
        "resent": int(trigger == "resend"),
        **state_columns(state),
    }


def attempt_row(
    sent: WebhookRequest,
    outcome: Outcome,
    pack: Pack,
    state: State,
    *,
    delivery_id: str,
    number: int,
    trigger: Trigger,
    cause: str | None,
    moment: Moment,
    ended_at: datetime,
) -> dict[str, Any]:
    """Answer the attempt's row: what was sent (secrets redacted), what came, and what is next."""
    next_ = state if isinstance(state, Postponed) else None
    return {
        "delivery_id": delivery_id,
        "number": number,
        "trigger": trigger,
        "cause": cause,
        "started_at": moment.virtual,
        "ended_at": ended_at,
        "wall_at": moment.wall,
        "url": sent.url,
        "address": outcome.address,
        "request_headers": json.dumps(redacted(sent.headers, pack.secret_headers)),
        "status": outcome.status,
        "reason": outcome.reason,
        "response_headers": json.dumps(outcome.headers),
        "response_body": outcome.body,
        "response_truncated": outcome.truncated,
        "error": outcome.error,
        "message": outcome.message,
        "duration_ms": outcome.timings.total_ms,
        "dns_ms": outcome.timings.dns_ms,
        "connect_ms": outcome.timings.connect_ms,
        "tls_ms": outcome.timings.tls_ms,
        "first_byte_ms": outcome.timings.first_byte_ms,
        "next_at": next_.due if next_ else None,
        "next_reason": next_.reason if next_ else None,
    }


def redacted(headers: Mapping[str, str], secret: frozenset[str]) -> list[tuple[str, str]]:
    """Answer headers for the record; a secret one keeps its name only."""
    return [
        (name, REDACTED if name.lower() in secret else value) for name, value in headers.items()
    ]
