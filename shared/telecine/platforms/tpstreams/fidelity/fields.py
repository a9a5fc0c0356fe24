"""Where the fields of TPStreams' assets, upload sessions and jobs come from, in answers and webhooks."""

from telecine.platforms.fidelity import Table, below, documented
from telecine.platforms.tpstreams.shapes import (
    TPStreamsAsset,
    TPStreamsDetailedAsset,
    TPStreamsJob,
    TPStreamsLive,
    TPStreamsTold,
    TPStreamsUpload,
    TPStreamsVideo,
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
        bytes="null until it is processed; of a video by link drawn from the seed",
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
        made_up=(
            "views_count",
            "average_watched_time",
            "total_watch_time",
            "unique_viewers_count",
            "download_url",
        ),
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
    made_up=(
        "playback_url",
        "dash_url",
        "output_urls.h264.hls_url",
        "output_urls.h264.dash_url",
        "thumbnails",
        "tracks",
    ),
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
    made_up=(
        "rtmp_url",
        "stream_key",
        "hls_url",
        "chat_embed_url",
        "resolutions",
    ),
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

TABLES = (*_ASSET_TABLES, _VIDEO, _LIVE_STREAM, _UPLOAD_SESSION, _JOB)
