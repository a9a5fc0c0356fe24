"""Commands and queries: what one service may ask of another, and what it is answered.

Request and reply over NATS at `rpc.<service>.<name>`; a refusal comes back as the error of the
same name. Queries answer at most `PAGE` rows; who wants more asks again.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field

from telecine.shared import endpoint, video
from telecine.shared.events import Failure, Media, Opening, Source, Wire

R = TypeVar("R", bound=Wire)

#: Rows in one answer: a reply has 1 MiB.
PAGE = 500


class Request(Wire, Generic[R]):
    """A wish or a question. `reply` is what a good answer is read as."""

    service: ClassVar[str]
    name: ClassVar[str]
    reply: ClassVar[type[Any]]

    @classmethod
    def subject(cls) -> str:
        return f"rpc.{cls.service}.{cls.name}"


class Command(Request[R]):
    """A wish of an organisation. `request_id` is this call's, `correlation_id` the whole chain's."""

    org: str
    request_id: str
    correlation_id: str


class Done(Wire):
    """It was done; there is nothing to say about it."""


# -- ingest --------------------------------------------------------------------------------------

KnownVideo = Annotated[video.Known, Field(discriminator="kind")]


class VideoAnswer(Wire):
    """A video as it stands."""

    video: KnownVideo


class VideoPage(Wire):
    """Some of the videos that match, and how many match in all."""

    videos: list[KnownVideo]
    total: int


class CreateVideo(Command[VideoAnswer]):
    """Open a video without bytes."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.create"
    reply: ClassVar[type[Any]] = VideoAnswer
    opening: Opening


class UploadVideoLink(Command[VideoAnswer]):
    """Open a video whose bytes are behind a link."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.upload_link"
    reply: ClassVar[type[Any]] = VideoAnswer
    opening: Opening
    url: str


class UploadVideoFile(Command[VideoAnswer]):
    """The bytes of an open video have arrived and were probed."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.upload_file"
    reply: ClassVar[type[Any]] = VideoAnswer
    video_id: str
    upload_key: str
    source: Source
    media: Media | None
    defect: Failure | None


class GetVideo(Request[VideoAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.get"
    reply: ClassVar[type[Any]] = VideoAnswer
    org: str
    video_id: str


class ListVideos(Request[VideoPage]):
    """Newest first. Empty `kinds`: every state."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "video.list"
    reply: ClassVar[type[Any]] = VideoPage
    org: str
    kinds: tuple[str, ...] = ()
    collection: str | None = None
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE


# -- subscriptions -------------------------------------------------------------------------------

LivingEndpoint = Annotated[endpoint.Living, Field(discriminator="kind")]


class EndpointAnswer(Wire):
    """An endpoint as it stands, never with a secret."""

    endpoint: LivingEndpoint


class EndpointPage(Wire):
    endpoints: list[LivingEndpoint]
    total: int


class EndpointWish(Wire):
    """What an owner asks of an endpoint. `token` is a secret that the platform sends along."""

    url: str
    description: str | None = None
    types: tuple[str, ...]
    token: str | None = None


class CreateEndpoint(Command[EndpointAnswer]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.create"
    reply: ClassVar[type[Any]] = EndpointAnswer
    platform: str
    request_key: str
    wish: EndpointWish


class UpdateEndpoint(Command[EndpointAnswer]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.update"
    reply: ClassVar[type[Any]] = EndpointAnswer
    platform: str
    endpoint_id: str
    wish: EndpointWish


class SetEndpointActive(Command[EndpointAnswer]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.set_active"
    reply: ClassVar[type[Any]] = EndpointAnswer
    platform: str
    endpoint_id: str
    active: bool


class DeleteEndpoint(Command[Done]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.delete"
    reply: ClassVar[type[Any]] = Done
    platform: str
    endpoint_id: str


class GetEndpoint(Request[EndpointAnswer]):
    """`platform` empty: whichever platform's it is."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.get"
    reply: ClassVar[type[Any]] = EndpointAnswer
    org: str
    endpoint_id: str
    platform: str | None = None


class ListEndpoints(Request[EndpointPage]):
    """Newest first."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.list"
    reply: ClassVar[type[Any]] = EndpointPage
    org: str
    platform: str | None = None
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE


class Secrets(Wire):
    """Secrets in the clear, by key id. Never stored, never logged by who asked."""

    secrets: dict[str, str]


class GetSecrets(Request[Secrets]):
    """Ask for an endpoint's secrets by their key ids."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.secret"
    reply: ClassVar[type[Any]] = Secrets
    org: str
    endpoint_id: str
    key_ids: tuple[str, ...]


# -- delivery ------------------------------------------------------------------------------------

DeliveryState = Literal["postponed", "succeeded", "exhausted", "discarded"]
Why = Literal["schedule", "retry_after"]


class Delivery(Wire):
    """One event owed to one endpoint, as it stands; times are virtual.

    `attempts` is how many were made; `next_at` and `reason` are set while it is postponed;
    `ended` says why a discarded one was discarded.
    """

    id: str
    org: str
    endpoint_id: str
    platform: str
    event_id: str
    event_type: str
    video_id: str
    state: DeliveryState
    created_at: datetime
    updated_at: datetime
    attempts: int
    next_at: datetime | None
    reason: Why | None
    ended: str | None
    correlation_id: str


class Attempt(Wire):
    """One HTTP try. `started_at` and `ended_at` are virtual, `wall_at` is the wall's."""

    number: int
    trigger: Literal["first", "retry", "repeat"]
    started_at: datetime
    ended_at: datetime
    wall_at: datetime
    url: str
    address: str | None
    request_headers: list[tuple[str, str]]
    status: int | None
    reason: str
    response_headers: list[tuple[str, str]]
    response_body: str
    response_truncated: bool
    error: str | None
    message: str
    duration_ms: float
    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None
    next_at: datetime | None
    next_reason: Why | None


class DeliveryDetail(Wire):
    """A delivery with what it carries and every attempt, first one first."""

    delivery: Delivery
    body: str
    attempts: list[Attempt]


class DeliveryPage(Wire):
    """Newest first; `cursor` continues behind the last one, empty at the end."""

    deliveries: list[Delivery]
    cursor: str | None


class GetDelivery(Request[DeliveryDetail]):
    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "delivery.get"
    reply: ClassVar[type[Any]] = DeliveryDetail
    org: str
    delivery_id: str
    endpoint_id: str | None = None


class ListDeliveries(Request[DeliveryPage]):
    service: ClassVar[str] = "delivery"
    name: ClassVar[str] = "delivery.list"
    reply: ClassVar[type[Any]] = DeliveryPage
    org: str
    endpoint_id: str | None = None
    video_id: str | None = None
    event_type: str | None = None
    state: DeliveryState | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE


# -- clock ---------------------------------------------------------------------------------------


class ClockAnswer(Wire):
    """The clock: virtual `now` at `wall`, its speed, and the position of its last fact."""

    now: datetime
    wall: datetime
    speed: float
    sequence: int


class GetClock(Request[ClockAnswer]):
    service: ClassVar[str] = "clock"
    name: ClassVar[str] = "get"
    reply: ClassVar[type[Any]] = ClockAnswer


class SetClock(Request[ClockAnswer]):
    """Change the speed; answered when every living instance follows. Refused as `timeout` else."""

    service: ClassVar[str] = "clock"
    name: ClassVar[str] = "set"
    reply: ClassVar[type[Any]] = ClockAnswer
    speed: Annotated[float, Field(ge=0, le=1_000_000)]
