"""An event as Omega shows it: as the webhook's body, as a list's item, and in detail. Pure.

An event is one endpoint's: its id, the delivery's and `webhook-id` are one.
"""

import json
from typing import Any

from telecine.platforms.omega.video_shape import whole
from telecine.platforms.omega.wire import coid, compact
from telecine.platforms.pack import Body, Subject, video_of, wire_time
from telecine.shared.contracts.delivery import Attempt, Delivery, DeliveryDetail
from telecine.shared.log.envelope import Recorded

API_VERSION = "v1"

#: What a list shows instead of a time: Go's zero time, a field that was not loaded.
_NO_TIME = "0001-01-01T00:00:00Z"


def bodies(fact: Recorded[Any, Any], subject: Subject) -> Body:
    """Answer the webhook's body by delivery and endpoint; what all of them share is written once.

    `response` cannot be known before it is sent, so it is null.
    """
    stamp = fact.stamp
    shared = compact(
        {
            "created_at": wire_time(stamp.at, 3),
            "coid": coid(stamp.org),
            "api_version": API_VERSION,
            "created": int(stamp.at.timestamp()),
            "type": fact.fact.type,
            "data": {"video": whole(video_of(fact, subject), 3)},
        }
    ).decode()[1:-1]

    def body(delivery_id: str, endpoint_id: str) -> bytes:
        # Both ids are tokens of subjects, so nothing in them needs to be escaped.
        return (
            f'{{"id":"{delivery_id}",{shared},"endpoint_id":"{endpoint_id}","response":null}}'
        ).encode()

    return body


def item(delivery: Delivery) -> dict[str, Any]:
    """Answer the event as a documented list shows it: its time not loaded, data and response null.

    The sample says `ocid`; `coid`, which is in every other sample, stands beside it.
    """
    return {
        "id": delivery.id,
        "created_at": _NO_TIME,
        "ocid": coid(delivery.org),
        "coid": coid(delivery.org),
        "api_version": API_VERSION,
        "created": int(delivery.created_at.timestamp()),
        "type": delivery.event_type,
        "data": None,
        "endpoint_id": delivery.endpoint_id,
        "response": None,
    }


def detail(found: DeliveryDetail) -> dict[str, Any]:
    """Answer the event as it was sent, with the receiver's last answer in `response`."""
    event: dict[str, Any] = json.loads(found.body)
    return {**event, "response": _response(found)}


def _response(found: DeliveryDetail) -> dict[str, Any] | None:
    last = _last(found.attempts)
    if last is None:
        return None
    return {
        "status_code": last.status or 0,
        "status": f"{last.status} {last.reason}".rstrip() if last.status else "",
        "body": last.response_body,
        "message": _message(found.delivery.event_type, last),
    }


def _last(attempts: list[Attempt]) -> Attempt | None:
    """Answer the last attempt that counted; a repeat is the loser of a race and decided nothing."""
    counted = [attempt for attempt in attempts if attempt.trigger != "repeat"]
    return counted[-1] if counted else None


def _message(event_type: str, attempt: Attempt) -> str:
    start = f"webhook event with type {event_type}"
    return f"{start} failed: {attempt.message}" if attempt.error else f"{start} succeeded"
