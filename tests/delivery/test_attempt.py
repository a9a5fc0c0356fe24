"""What one attempt leaves on record."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from telecine.delivery.attempt import Trigger, attempt_row, delivery_row, virtual_end
from telecine.delivery.decider import (
    Discarded,
    Exhausted,
    Parked,
    Parking,
    Postponed,
    State,
    Succeeded,
)
from telecine.delivery.keyring import Keys
from telecine.delivery.outcome import Outcome, Timings
from telecine.delivery.rows import AttemptValues, DeliveryValues
from telecine.delivery.signing import signer
from telecine.delivery.standing import state_of
from telecine.delivery.stencil import REDACTED, Moment, Webhook, stencil_of
from telecine.delivery.tables import AttemptRow, DeliveryRow
from telecine.platforms import packs
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.errors import BrokenLog
from telecine.shared.tables.schema import table_of
from tests.shared import endpoints
from tests.shared.golden_cases import OWED
from tests.shared.videos import minute

PROFILE = endpoints.profile(1)
SECRET = f"whsec_{b64encode(b'k' * 24).decode()}"
KEYS = Keys(
    signers=(signer(PROFILE.signing_key, "v1", SECRET),),
    secrets={str(PROFILE.subscription.token_key): "hunter2"},
)


def asks_for_token(_: Profile, secrets: Mapping[str, str]) -> dict[str, str]:
    return {"X-Their-Token": secrets["c1d2e3f4"]}


PACK = replace(
    packs()["omega"],
    headers=asks_for_token,
    secret_headers=frozenset({"x-their-token"}),
)
MOMENT = Moment(virtual=minute(3), wall=minute(90))
OUTCOME = Outcome(
    status=503,
    reason="Service Unavailable",
    headers=(("Retry-After", "7"),),
    body=b"busy\xff",
    truncated=True,
    length=70_000,
    error="status",
    message="answered 503 Service Unavailable",
    address="127.0.0.1:9",
    reused=True,
    timings=Timings(1.0, 2.0, 3.0, 4.0, 250.0),
)
STATES: list[State] = [
    Postponed(2, minute(5)),
    Succeeded(2),
    Exhausted(11),
    Postponed(3, minute(5), 1, "retry_after"),
    Discarded(4, "endpoint_deleted"),
    *(Parked(2, reason) for reason in get_args(Parking)),
]


def sent() -> Webhook:
    return stencil_of(PROFILE, PACK, KEYS, timeout=7.0).fill(OWED, MOMENT)


def row(state: State) -> AttemptValues:
    webhook = sent()
    return attempt_row(
        OWED,
        webhook.stencil,
        webhook.record,
        OUTCOME,
        state,
        trigger="first" if state.next == 2 else "retry",
        cause="a resend",
        moment=MOMENT,
        ended_at=minute(4),
    )


def test_values_are_those_of_the_columns_in_their_order() -> None:
    deliveries, attempts = table_of(DeliveryRow), table_of(AttemptRow)

    assert DeliveryValues._fields == tuple(deliveries.columns.keys())
    assert AttemptValues._fields == tuple(attempts.columns.keys())[1:]


def test_record_of_an_attempt_says_what_happened() -> None:
    webhook = sent()

    assert row(Postponed(2, minute(5)))._asdict() == {
        "delivery_id": OWED.delivery_id,
        "org": OWED.org,
        "endpoint_id": OWED.endpoint_id,
        "event_type": OWED.event_type,
        "number": 1,
        "trigger": "first",
        "cause": "a resend",
        "started_at": minute(3),
        "ended_at": minute(4),
        "wall_at": minute(90),
        "url": PROFILE.subscription.url,
        "address": "127.0.0.1:9",
        "reused": True,
        "key_ids": json.dumps([PROFILE.signing_key]),
        "request_headers": webhook.record,
        "status": 503,
        "reason": "Service Unavailable",
        "response_headers": '[["Retry-After","7"]]',
        "response_body": b"busy\xff",
        "response_truncated": True,
        "response_length": 70_000,
        "error": "status",
        "message": "answered 503 Service Unavailable",
        "duration_ms": 250.0,
        "dns_ms": 1.0,
        "connect_ms": 2.0,
        "tls_ms": 3.0,
        "first_byte_ms": 4.0,
        "next_at": minute(5),
        "next_reason": "schedule",
    }


def test_record_of_a_delivery_says_what_is_owed() -> None:
    after = Postponed(2, minute(5), 0, "retry_after")

    assert delivery_row(OWED, after, minute(6), "first")._asdict() == {
        "id": OWED.delivery_id,
        "org": OWED.org,
        "endpoint_id": OWED.endpoint_id,
        "platform": OWED.platform,
        "event_id": OWED.event_id,
        "event_type": OWED.event_type,
        "event_sequence": OWED.event_sequence,
        "video_id": OWED.video_id,
        "state": "postponed",
        "next": 2,
        "attempts": 1,
        "resent": 0,
        "next_at": minute(5),
        "reason": "retry_after",
        "ended": None,
        "created_at": OWED.at,
        "updated_at": minute(6),
        "matched_at": OWED.matched_at,
        "endpoint_sequence": OWED.endpoint_sequence,
        "correlation_id": OWED.correlation_id,
        "predecessor": OWED.predecessor,
        "trigger": OWED.trigger,
        "body": OWED.body,
    }


@pytest.mark.parametrize("state", [Succeeded(3), Exhausted(3)])
def test_record_of_a_last_attempt_has_no_next_one(state: State) -> None:
    found = row(state)

    assert (found.trigger, found.next_at, found.next_reason) == ("retry", None, None)


def test_record_keeps_the_headers_and_not_their_secrets() -> None:
    headers = dict(json.loads(row(Succeeded(2)).request_headers))

    assert headers["X-Their-Token"] == REDACTED
    assert headers["webhook-id"] == OWED.delivery_id
    assert "hunter2" not in str(row(Succeeded(2)))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.kind)
def test_row_of_a_delivery_says_its_state_and_gives_it_back(state: State) -> None:
    resent = state.resent if isinstance(state, Postponed | Parked) else 0
    values = delivery_row(OWED, state, minute(6), "first")._replace(resent=resent)
    found = DeliveryRow(**values._asdict())

    assert state_of(found) == state
    assert (found.id, found.body, found.updated_at) == (OWED.delivery_id, OWED.body, minute(6))


@pytest.mark.parametrize(
    ("trigger", "attempts", "resent"),
    [("first", 1, 0), ("retry", 1, 0), ("resend", 1, 1), (None, 0, 0)],
)
def test_row_of_a_delivery_says_what_this_entry_adds_to_its_counts(
    trigger: Trigger | None, attempts: int, resent: int
) -> None:
    found = delivery_row(OWED, Succeeded(4), minute(6), trigger)

    assert (found.attempts, found.resent) == (attempts, resent)


def test_delivery_without_a_row_has_nothing_on_record() -> None:
    assert state_of(None).next == 1


@pytest.mark.parametrize(
    "changes", [{"state": "lost"}, {"state": "postponed", "next_at": None}, {"state": "parked"}]
)
def test_row_that_says_no_state_breaks_the_log(changes: dict[str, Any]) -> None:
    values = delivery_row(OWED, Postponed(2, minute(5)), minute(6), "first")

    with pytest.raises(BrokenLog, match=OWED.delivery_id):
        state_of(DeliveryRow(**values._asdict() | changes))


@pytest.mark.parametrize(
    ("speed", "length"),
    [(0.0, timedelta(0)), (1.0, timedelta(milliseconds=250)), (60.0, timedelta(seconds=15))],
)
def test_attempt_is_as_long_as_time_runs_fast(speed: float, length: timedelta) -> None:
    assert virtual_end(minute(3), OUTCOME, speed) == minute(3) + length
