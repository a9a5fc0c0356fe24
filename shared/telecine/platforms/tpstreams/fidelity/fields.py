"""Where the fields of TPStreams' objects come from, of answers and of webhooks."""

from telecine.platforms.fidelity import Table, below, documented
from telecine.platforms.tpstreams.shapes import (
    TPStreamsAccessToken,
    TPStreamsAsset,
    TPStreamsDetail,
    TPStreamsDetailedAsset,
    TPStreamsFolder,
    TPStreamsJob,
    TPStreamsLive,
    TPStreamsMessage,
    TPStreamsOrganization,
    TPStreamsPage,
    TPStreamsTold,
    TPStreamsUpload,
    TPStreamsVideo,
    TPStreamsWebhook,
)

_ASSETS = "T:server-api/assets.md"
_LIVE = "T:live-stream-api/*.md"
_JOBS = "T:transcoding-service/transcode-a-video.md"
_UPLOAD = "T:server-api/direct-video-upload.md"
_NOBODY = "always 0: nobody watches here"
_LINK = "a link of the documented form, on a host that does not exist"

_COMMON = (
    *documented(
        f"S4, {_ASSETS}",
        id="a UUID as in S4; newer samples have codes of 11 characters",
        title="",
        bytes="null until it is processed",
        type="video or livestream",
        video="of a live stream its recording, null until there is one",
    ),
    *documented(_ASSETS, live_stream="null of a video", parent_id="the folder's uuid"),
)
_PARENT = documented(_ASSETS, parent="the folder; not in webhooks")

_PARENT_FIELDS = below("parent", documented(_ASSETS, "title", "uuid"))

_ASSET_TABLES = (
    Table("Asset", "field", (*_COMMON, *_PARENT, *_PARENT_FIELDS), TPStreamsAsset),
    Table(
        "Asset, on its own page",
        "field",
        (
            *_COMMON,
            *_PARENT,
            *_PARENT_FIELDS,
            *documented(
                _ASSETS,
                views_count=_NOBODY,
                average_watched_time=_NOBODY,
                total_watch_time=_NOBODY,
                unique_viewers_count=_NOBODY,
                download_url=f"{_LINK}; null until it is completed (inferred)",
            ),
        ),
        TPStreamsDetailedAsset,
    ),
    Table("Asset, as webhooks show it", "field", _COMMON, TPStreamsTold),
)

_VIDEO = Table(
    "Asset: `video`",
    "field",
    (
        *documented(
            f"S4, {_ASSETS}",
            *("status", "resolutions", "inputs"),
            progress="always 0, as in every sample, even of what is completed",
            thumbnails="null of Not Started, else empty: nothing is encoded",
            playback_url=_LINK,
            dash_url=_LINK,
            preview_thumbnail_url="always null",
            format="`abr`",
            video_codec="`h264`",
            audio_codec="`aac`",
            enable_drm="",
            tracks="always empty",
        ),
        *documented(
            _ASSETS,
            cover_thumbnail_url="always null",
            transmux_only="always null",
            duration="seconds, rounded up; null until it is processed",
            content_protection_type="",
            generate_subtitle="as it was asked for",
            video_codecs="`h264` alone",
            output_urls="of h264",
        ),
        *below("output_urls", documented(_ASSETS, "h264")),
        *below("output_urls", below("h264", documented(_ASSETS, "hls_url", "dash_url"))),
    ),
    TPStreamsVideo,
)

_LIVE_STREAM = Table(
    "Asset: `live_stream`",
    "field",
    (
        *documented(
            _LIVE,
            *("status", "start", "enable_drm_for_recording", "enable_drm", "latency"),
            rtmp_url=f'"" until the server is up; then {_LINK}',
            stream_key="null until the server is up",
            hls_url=_LINK,
            transcode_recorded_video="true unless it was said otherwise",
            chat_embed_url="null in the answer to its creation, as in the sample; later a link",
            resolutions="the sample's, always",
            enable_llhls="always false",
            activities="what happened, in words of the sample",
        ),
        *below("activities", documented(_LIVE, "status", "timestamp")),
    ),
    TPStreamsLive,
)

_UPLOAD_SESSION = Table(
    "Upload session",
    "field",
    (
        *documented(_UPLOAD, "asset", "upload_session", "client_payload"),
        *below(
            "asset",
            documented(_UPLOAD, "id", "title", "bytes", "type", "parent_id", "video"),
        ),
        *below("asset.video", documented(_UPLOAD, "status")),
        *below(
            "upload_session",
            documented(
                _UPLOAD,
                *("uuid", "status"),
                max_file_size_bytes="the house's own limit; 5 GiB by default, as in the sample",
                expires_at="",
            ),
        ),
        *below(
            "client_payload",
            documented(
                _UPLOAD,
                *("key", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy"),
                "x-amz-signature",
                upload_link="leads to the house itself",
            ),
        ),
    ),
    TPStreamsUpload,
)

_JOB = Table(
    "Transcoding job",
    "field",
    (
        *documented(
            _JOBS,
            *("id", "resolutions", "input_url", "start_time", "end_time"),
            video_duration="seconds, rounded up; null until it is completed",
            status="in capitals on creation and in detail, in lower case in lists and webhooks",
            output_path="the values of its secret parameters put out",
            error_message="texts invented",
            client_metadata="not in lists",
        ),
        *documented(
            _JOBS, enable_drm="not in detail", drm_content_id="on creation and in webhooks"
        ),
    ),
    TPStreamsJob,
)

_OTHERS = (
    Table(
        "Webhook",
        "field",
        documented("S4", "url", "id", "secret_token"),
        TPStreamsWebhook,
    ),
    Table(
        "Folder", "field", documented("T:server-api/folders.md", "title", "uuid"), TPStreamsFolder
    ),
    Table(
        "Access token",
        "field",
        documented(
            "T:server-api/access-token.md",
            *("expires_after_first_usage", "code", "status", "annotations"),
            playback_url=_LINK,
            valid_until="null: for ever",
        ),
        TPStreamsAccessToken,
    ),
    Table(
        "Organisation",
        "field",
        documented(
            "T:server-api/organizations.md",
            name="the organisation's name in the settings",
            uuid="the same",
            drm_aes_signing_iv="from seed and name; opens nothing",
            drm_aes_signing_key="from seed and name; opens nothing",
        ),
        TPStreamsOrganization,
    ),
    Table(
        "Page",
        "field",
        documented(f"S4, {_ASSETS}", "count", "next", "previous", "results"),
        TPStreamsPage,
    ),
    Table(
        "Message",
        "field",
        documented(
            "T:live-stream-api/stop-a-live-stream-api.md, T:transcoding-service/transcoding-cancelation.md",
            message="",
            trim_scheduled="of a stopped live stream",
        ),
        TPStreamsMessage,
    ),
    Table(
        "Detail: answers and errors in words",
        "field",
        documented(f"S4, {_ASSETS}", "detail"),
        TPStreamsDetail,
    ),
)

TABLES = (*_ASSET_TABLES, _VIDEO, _LIVE_STREAM, _UPLOAD_SESSION, _JOB, *_OTHERS)
