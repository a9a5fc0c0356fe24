"""The shapes of Omega's objects on the wire, for the OpenAPI document: by hand, and held in tests.

The keys are those that the routes write; see `video_shape.py`, `event_shape.py` and the others.
"""

from typing import Any, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

Strict = with_config(ConfigDict(extra="forbid"))


@Strict
class OmegaMessage(TypedDict):
    """Whatever Omega says in words, errors included."""

    message: str


@Strict
class OmegaEndpoint(TypedDict):
    id: str
    created_at: str
    updated_at: str
    coid: str
    url: str
    description: str | None
    events: list[str]
    active: bool


@Strict
class OmegaResponse(TypedDict):
    """What the receiver answered; status 0: nothing."""

    status_code: int
    status: str
    body: str
    message: str


@Strict
class OmegaSize(TypedDict):
    width: int
    height: int


@Strict
class OmegaVideo(TypedDict):
    """A video, whole; what it is stays null until it is processed."""

    id: str
    created_at: str
    updated_at: str
    deleted_at: str | None
    title: str
    uuid: str
    coid: str
    collection_id: str | None
    status: str
    privacy: str
    entity_tag: str | None
    playback: dict[str, str | None] | None
    playback_v2: dict[str, str | None] | None
    input: OmegaSize | None
    duration: int | None
    size: int | None
    ready_to_stream: bool
    thumbnail: str | None
    thumbnail_timestamp_pct: None
    storage: NotRequired[dict[str, Any] | None]
    meta: dict[str, str] | None


@Strict
class OmegaListedVideo(TypedDict):
    """A video as a list shows it."""

    id: str
    created_at: str
    updated_at: str
    deleted_at: str | None
    uuid: str
    coid: str
    title: str
    status: str
    privacy: str
    duration: int | None
    size: int | None
    ready_to_stream: bool
    thumbnail: str | None
    thumbnail_timestamp_pct: None
    collection_id: str | None


@Strict
class OmegaEventData(TypedDict):
    video: OmegaVideo


@Strict
class OmegaEvent(TypedDict):
    """An event of one endpoint: the webhook's body, and the event in detail."""

    id: str
    created_at: str
    ocid: NotRequired[str]  # in lists, with quirks=on
    coid: str
    api_version: str
    created: int
    type: str
    data: OmegaEventData | None
    endpoint_id: str
    response: OmegaResponse | None


@Strict
class OmegaCollection(TypedDict):
    id: str
    created_at: str
    updated_at: str
    deleted_at: None
    coid: str
    name: str


class _Page(TypedDict):
    total: int
    page: int
    per_page: int
    prev: int
    next: int
    total_page: int


@Strict
class OmegaVideoPage(_Page):
    data: list[OmegaListedVideo]


@Strict
class OmegaCollectionPage(_Page):
    data: list[OmegaCollection]


@Strict
class OmegaDeletions(TypedDict):
    has_error: bool
    videos_count: int
    updated_count: int
    failed_count: int
    failed_videos: dict[str, str]


@Strict
class OmegaTraffic(TypedDict):
    number_of_requests: int
    traffic_in_bytes: int
    traffic_in_gb: float
    traffic_in_tb: float


@Strict
class OmegaTrafficAnswer(TypedDict):
    checked_uuids: list[str]
    start_time: str
    end_time: str
    queried_at: str
    videos_traffic: OmegaTraffic


@Strict
class OmegaSourceLink(TypedDict):
    url: str
    expires_in: int
    expires_at: str


@Strict
class OmegaAddress(TypedDict):
    address_1: str
    country: str
    city: str
    state: str
    zip: str


@Strict
class OmegaAccount(TypedDict):
    id: str
    created_at: str
    updated_at: str
    deleted_at: str | None
    ocid: str
    title: str
    email: str
    phone_number: str
    storage_code: str
    address: OmegaAddress
    Metadata: dict[str, Any] | None


@Strict
class OmegaKey(TypedDict):
    """The key in the place of the one that was revoked."""

    api_key: str
    message: str
    token_type: str
