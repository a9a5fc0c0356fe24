"""One attempt: what goes out, and what it leaves on record. Pure but for the sending itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import orjson

from telecine.delivery.decider import Parked, Postponed, State
from telecine.delivery.keyring import Keys
from telecine.delivery.outcome import Outcome
from telecine.delivery.records import state_columns
from telecine.delivery.sender import USER_AGENT, WebhookRequest
from telecine.delivery.signing import webhook_headers
from telecine.platforms.pack import Pack
from telecine.shared.endpoint import Profile
from telecine.shared.owed import Owed

Trigger = Literal["first", "retry", "resend", "replay", "probe", "test"]

REDACTED = "[redacted]"


@dataclass(slots=True)
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
    """Answer the webhook as it goes out: signed now, with the owner's and the platform's headers.

    `timeout` is the house's, in seconds; the endpoint may have its own.
    """
    wanted = profile.subscription.settings
    signed_at = moment.wall if wanted.timestamps == "wall" else moment.virtual
    timestamp = int(signed_at.timestamp())
    own = {name: keys.secrets[key] for name, key in wanted.headers} if wanted.headers else {}
    headers = {
        **own,
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "telecine-time": moment.virtual.isoformat(),
        **webhook_headers(keys.signers, owed.delivery_id, timestamp, owed.body),
        **pack.headers(profile, keys.secrets),
    }
    return WebhookRequest(profile.subscription.url, headers, owed.body, wanted.timeout or timeout)


def secret_headers(profile: Profile, pack: Pack) -> frozenset[str]:
    """Answer the names (lower case) of the headers whose values nobody may read in a record."""
    own = profile.subscription.settings.headers
    return (
        pack.secret_headers.union(name.lower() for name, _ in own) if own else pack.secret_headers
    )


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
        "predecessor": owed.predecessor,
        "trigger": owed.trigger,
        "body": owed.body,
        "attempts": int(trigger is not None),
        "resent": int(trigger == "resend"),
        **state_columns(state),
    }


def attempt_row(
    owed: Owed,
    sent: WebhookRequest,
    outcome: Outcome,
    secret: frozenset[str],
    state: State,
    *,
    key_ids: tuple[str, ...],
    number: int,
    trigger: Trigger,
    cause: str | None,
    moment: Moment,
    ended_at: datetime,
) -> dict[str, Any]:
    """Answer the attempt's row: what was sent (`secret` headers redacted), what came, what is next."""
    timings = outcome.timings
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
        "url": sent.url,
        "address": outcome.address,
        "reused": outcome.reused,
        "key_ids": _listed(key_ids),
        "request_headers": _json(redacted(sent.headers, secret)),
        "status": outcome.status,
        "reason": outcome.reason,
        "response_headers": _json(outcome.headers),
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
        "next_at": state.due if isinstance(state, Postponed) else None,
        "next_reason": state.reason if isinstance(state, Postponed | Parked) else None,
    }


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


_listed = lru_cache(maxsize=1024)(_json)  # the same few keys sign again and again


def redacted(headers: Mapping[str, str], secret: frozenset[str]) -> list[tuple[str, str]]:
    """Answer headers for the record; a secret one keeps its name only."""
    if not secret:
        return list(headers.items())
    return [
        (name, REDACTED if name.lower() in secret else value) for name, value in headers.items()
    ]
