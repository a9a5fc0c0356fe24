"""Videos, endpoints and deliveries for tests, in every state that they can have."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from telecine.platforms.pack import Rendering
from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.endpoint import Active, Profile
from telecine.shared.aggregates.signing_keys import SigningKey
from telecine.shared.aggregates.video import (
    Card,
    Completed,
    Created,
    Failed,
    InProgress,
    Known,
    Queued,
    Succeeded,
    Upload,
    Uploaded,
    Video,
    Watchable,
)
from telecine.shared.contracts.delivery import Attempt, DeliveryDetail, ListedDelivery
from telecine.shared.events import Stamp
from telecine.shared.events.endpoint import Subscription
from telecine.shared.events.video import (
    Failure,
    Media,
    Plan,
    Source,
    VideoFact,
    VideoProcessSucceeded,
)
from telecine.shared.log.envelope import Recorded, Trace

AT = datetime(2022, 9, 15, 10, 8, 22, 972_345, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
UUID = "a0dc8dbf-3126-4805-89a1-662a33331f93"
LINK = "http://commondatastorage.googleapis.com/gtv-videos-bucket/sample/Sintel.mp4"
MEDIA = Media(
    width=1280,
    height=546,
    duration=888.06,
    size=190612452,
    entity_tag="ca29e57cc6e7f9d278a8c4fe4934c53c-37",
)
CARD = Card(
    org="demo",
    id=UUID,
    version=7,
    title="Sintel",
    platform="omega",
    request_key="key",
    collection=None,
    wishes={},
    created_at=AT,
    updated_at=LATER,
)
BY_LINK = Upload("upload", Source(kind="link", url=LINK), None, None)
BY_FILE = Upload("upload", Source(kind="file", filename="a.mp4"), MEDIA, None)
FAILURE = Failure(code="worker_lost", reason="nats: invalid connection")
_PLAN = Plan(waits=(0, 0, 0, 0), media=MEDIA)
_AWAITED = Awaited(7, LATER)


def every_state(upload: Upload = BY_LINK, card: Card = CARD) -> dict[str, Known]:
    """Answer one video in each state, by the state's kind."""
    states: list[Known] = [
        Created(card),
        Uploaded(card, upload),
        Queued(card, upload, _PLAN, _AWAITED),
        InProgress(card, upload, _PLAN, _AWAITED),
        Completed(card, upload, _PLAN, _AWAITED),
        Succeeded(card, upload, MEDIA, _PLAN, _AWAITED),
        Watchable(card, upload, MEDIA),
        Failed(card, upload, FAILURE, card.updated_at),
    ]
    return {state.kind: state for state in states}


def watchable(**media: Any) -> Watchable:
    return Watchable(CARD, BY_LINK, MEDIA.model_copy(update=media))


def endpoint(**changes: Any) -> Active:
    profile = Profile(
        org="demo",
        id="6323940afc8e1c02d9f3b155",
        version=1,
        platform="omega",
        request_key="key",
        keys=(SigningKey("signing", "v1"),),
        subscription=Subscription(
            url="http://localhost:6060/webhook",
            types=("video.process_succeeded", "video.deleted", "video.in_progress"),
        ),
        created_at=AT,
        updated_at=LATER,
    )
    return Active(replace(profile, **changes))


def rendering(video: Known, fact: VideoFact | None = None) -> Rendering:
    """Answer what a webhook of a fact is made from; without one, that processing succeeded."""
    happened = fact or VideoProcessSucceeded(media=MEDIA, next_at=LATER)
    recorded: Recorded[Video, VideoFact] = Recorded(
        id="event",
        fact=happened,
        stamp=Stamp("demo", UUID, LATER),
        version=7,
        state=video,
        trace=Trace("cause", "correlation"),
        sequence=70,
        stored_at=LATER,
    )
    return Rendering("6322fade0102030405060708", recorded, video, endpoint().profile)


def delivery(**changes: Any) -> ListedDelivery:
    fields: dict[str, Any] = {
        "id": "6322fade0102030405060708",
        "org": "demo",
        "endpoint_id": endpoint().profile.id,
        "platform": "omega",
        "event_id": "event",
        "event_type": "video.process_succeeded",
        "video_id": UUID,
        "state": "succeeded",
        "created_at": LATER,
        "updated_at": LATER,
        "attempts": 1,
        "next_at": None,
        "reason": None,
        "ended": None,
        "correlation_id": "correlation",
        "predecessor": None,
        "trigger": "first",
        "error": None,
    }
    return ListedDelivery.model_validate({**fields, **changes})


def attempt(**changes: Any) -> Attempt:
    """Answer one good attempt, or with `changes` another."""
    fields: dict[str, Any] = {
        **dict.fromkeys(("address", "error", "dns_ms", "connect_ms", "tls_ms", "first_byte_ms")),
        **dict.fromkeys(("next_at", "next_reason", "response_length")),
        "number": 1,
        "trigger": "first",
        "started_at": LATER,
        "ended_at": LATER,
        "wall_at": LATER,
        "url": "http://localhost:6060/webhook",
        "reused": False,
        "key_ids": ["key"],
        "request_headers": [],
        "status": 200,
        "reason": "OK",
        "response_headers": [],
        "response_body": "webhook received\n",
        "response_truncated": False,
        "message": "",
        "duration_ms": 1.0,
    }
    return Attempt.model_validate({**fields, **changes})


def delivered(body: bytes, *attempts: Attempt, **changes: Any) -> DeliveryDetail:
    return DeliveryDetail(
        delivery=delivery(**changes), body=body.decode(), attempts=list(attempts)
    )
