"""The shapes of TPStreams' objects on the wire, for the OpenAPI document: by hand, and held in tests.

The keys are those that the routes write; see `asset.py`, `live_shape.py`, `job_shape.py` and the others.
"""

from typing import Annotated, Any, Generic, Literal, NotRequired, TypeVar

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

T = TypeVar("T")

Strict = with_config(ConfigDict(extra="forbid"))
#: Errors name fields of the request, or speak in `detail`; both are objects.
TPStreamsError = Annotated[dict[str, Any], Field(title="TPStreamsError")]


@Strict
class TPStreamsDetail(TypedDict):
    detail: str


@Strict
class TPStreamsMessage(TypedDict):
    message: str
    trim_scheduled: NotRequired[bool]


@Strict
class TPStreamsWebhook(TypedDict):
    url: str
    secret_token: str | None
    id: str


@Strict
class TPStreamsFolder(TypedDict):
    title: str
    uuid: str


@Strict
class TPStreamsAccessToken(TypedDict):
    playback_url: str
    expires_after_first_usage: bool
    code: str
    status: Literal["Active", "Expired"]
    valid_until: str | None
    annotations: list[dict[str, Any]]


@Strict
class TPStreamsUrls(TypedDict):
    hls_url: str
    dash_url: str


@Strict
class TPStreamsVideo(TypedDict):
    """The video of an asset; sizes and lengths are null until it is processed."""

    progress: int
    thumbnails: list[str] | None
    status: str
    playback_url: str
    dash_url: str
    preview_thumbnail_url: str | None
    cover_thumbnail_url: str | None
    format: str
    resolutions: list[str]
    video_codec: str
    audio_codec: str
    enable_drm: bool
    tracks: list[Any]
    inputs: list[dict[str, str]]
    transmux_only: bool | None
    duration: int | None
    content_protection_type: str
    generate_subtitle: bool
    video_codecs: list[str]
    output_urls: dict[str, TPStreamsUrls]


@Strict
class TPStreamsOpened(TypedDict):
    """A new asset whose file is yet to come."""

    id: str
    title: str
    bytes: None
    type: Literal["video"]
    parent_id: str | None
    video: dict[str, str]


@Strict
class TPStreamsSession(TypedDict):
    uuid: str
    max_file_size_bytes: int
    expires_at: str
    status: str


@Strict
class TPStreamsUpload(TypedDict):
    """Send `client_payload` but its `upload_link` as a form's fields, and the file last."""

    asset: TPStreamsOpened
    upload_session: TPStreamsSession
    client_payload: dict[str, str]


@Strict
class TPStreamsActivity(TypedDict):
    status: str
    timestamp: str


@Strict
class TPStreamsLive(TypedDict):
    rtmp_url: str
    stream_key: str | None
    status: str
    hls_url: str
    start: str
    transcode_recorded_video: bool
    enable_drm_for_recording: bool
    chat_embed_url: str | None
    resolutions: list[str]
    enable_drm: bool
    enable_llhls: bool
    latency: str
    activities: list[TPStreamsActivity]


class _Asset(TypedDict):
    id: str
    title: str
    bytes: int | None
    type: Literal["video", "livestream"]
    video: TPStreamsVideo | None
    live_stream: TPStreamsLive | None
    parent_id: str | None


@Strict
class TPStreamsAsset(_Asset):
    """A video or a live stream."""

    parent: TPStreamsFolder | None


@Strict
class TPStreamsTold(_Asset):
    """A video or a live stream as webhooks show it: its folder by id alone."""


@Strict
class TPStreamsDetailedAsset(TPStreamsAsset):
    """An asset on its own page."""

    views_count: int
    average_watched_time: int
    total_watch_time: int
    unique_viewers_count: int
    download_url: str | None


@Strict
class TPStreamsJob(TypedDict):
    """A transcoding job; its creation, its page and lists have fields of their own."""

    id: str
    resolutions: list[str]
    video_duration: int | None
    status: str
    enable_drm: NotRequired[bool]
    drm_content_id: NotRequired[str | None]
    input_url: str
    output_path: str
    start_time: str | None
    end_time: str | None
    error_message: str | None
    client_metadata: NotRequired[dict[str, Any] | None]


@Strict
class TPStreamsOrganization(TypedDict):
    name: str
    uuid: str
    drm_aes_signing_iv: str
    drm_aes_signing_key: str


@Strict
class TPStreamsPage(TypedDict, Generic[T]):
    count: int
    next: str | None
    previous: str | None
    results: list[T]


@Strict
class TPStreamsToken(TypedDict):
    """A token in the place of a key."""

    token: str
