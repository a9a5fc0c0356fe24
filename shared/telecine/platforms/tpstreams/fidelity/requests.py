"""Where what TPStreams' calls take comes from: bodies and query parameters."""

from telecine.platforms.fidelity import Table, documented, inferred
from telecine.platforms.tpstreams.access_token_body import AccessTokenBody
from telecine.platforms.tpstreams.expiry import MAX_EXPIRY, ExpiryBody
from telecine.platforms.tpstreams.fields import MAX_TITLE, MAX_TOKEN
from telecine.platforms.tpstreams.folder_routes import FolderBody
from telecine.platforms.tpstreams.job_body import JobBody
from telecine.platforms.tpstreams.job_query import PAGE_SIZE
from telecine.platforms.tpstreams.live_body import LiveBody, StopBody
from telecine.platforms.tpstreams.moving import MoveBody
from telecine.platforms.tpstreams.own_json import MOST_BYTES
from telecine.platforms.tpstreams.pages import DEFAULT_LIMIT
from telecine.platforms.tpstreams.upload_sessions import SessionBody
from telecine.platforms.tpstreams.video_body import Input, VideoBody
from telecine.platforms.tpstreams.webhooks import WebhookBody
from telecine.shared.contracts import PAGE
from telecine.shared.contracts.access_tokens import TOKENS_PAGE

_ASSETS = "T:server-api/assets.md"
_LIVE = "T:live-stream-api"
_JOBS = "T:transcoding-service/transcode-a-video.md"
_TITLE = f"at most {MAX_TITLE} characters (invented)"
_OPTIONS = {
    "resolutions": "a list, or a string with commas, of 240p to 1080p",
    "content_protection_type": "drm, aes or disable",
    "folder": "a folder's uuid",
    "generate_subtitle": "shown back, and nothing is generated",
}

_BODIES = (
    Table(
        "Body: a webhook",
        "field",
        documented(
            "S4",
            url="http and https, up to 2048 characters and no user in it (invented)",
            secret_token=f"at most {MAX_TOKEN} characters that fit into a header (invented)",
        ),
        WebhookBody,
    ),
    Table(
        "Body: an asset from a link",
        "field",
        documented(
            _ASSETS,
            inputs="exactly one (inferred)",
            title=f"else the link's file name (inferred); {_TITLE}",
            **_OPTIONS,
        ),
        VideoBody,
    ),
    Table(
        "Body: one of `inputs`",
        "field",
        documented(_ASSETS, url="nothing is fetched here: facts are drawn from the seed"),
        Input,
    ),
    Table(
        "Body: an upload session",
        "field",
        documented("T:server-api/direct-video-upload.md", title=_TITLE, **_OPTIONS),
        SessionBody,
    ),
    Table(
        "Body: an asset's details",
        "field",
        documented(_ASSETS, expiry=f"seconds; at most {MAX_EXPIRY}, a year (invented)"),
        ExpiryBody,
    ),
    Table("Body: a move", "field", documented(_ASSETS, parent="empty: to the top"), MoveBody),
    Table(
        "Body: a folder",
        "field",
        documented("T:server-api/folders.md", "parent", title=_TITLE),
        FolderBody,
    ),
    Table(
        "Body: an access token",
        "field",
        documented(
            "T:server-api/access-token.md",
            time_to_live="seconds; at most ten years (invented)",
            expires_after_first_usage="kept and shown; nobody watches here, so nothing is used up",
            annotations=f"kept and shown; at most {MOST_BYTES} bytes (invented)",
        ),
        AccessTokenBody,
    ),
    Table(
        "Body: a live stream",
        "field",
        (
            *documented(
                f"{_LIVE}/create_live_stream_instantly.md, {_LIVE}/live-stream/schedule-a-live-stream.md",
                title=_TITLE,
                start="YYYY-MM-DD HH:MM:SS; given, the stream waits for start_server",
                enable_drm_for_recording="",
                latency="Low Latency or Normal Latency",
            ),
            *inferred(f"{_LIVE}/webhook-response.md, INFER", "transcode_recorded_video"),
        ),
        LiveBody,
    ),
    Table(
        "Body: stop a live stream",
        "field",
        documented(
            f"{_LIVE}/stop-a-live-stream-api.md",
            start_time="seconds, or Unix time",
            end_time="in the same form",
        ),
        StopBody,
    ),
    Table(
        "Body: a transcoding job",
        "field",
        documented(
            _JOBS,
            "resolutions",
            "enable_drm",
            input_url="this or input_path; nothing is fetched here",
            input_path="",
            output_path="nothing is written here; secrets in it are put out",
            client_metadata="at most 10 KB, as documented",
        ),
        JobBody,
    ),
)

_LIMIT = f"default {DEFAULT_LIMIT} (inferred), at most {PAGE} (invented)"
_WINDOW = {"limit": _LIMIT, "offset": "from 0"}

_QUERIES = (
    Table(
        "Query: pages of webhooks, folders, live streams and organisations",
        "parameter",
        inferred(f"{_ASSETS}, INFER", **_WINDOW),
        of=("Webhooks.list", "Folders.list", "Lives.list", "Organizations.list"),
    ),
    Table(
        "Query: pages of access tokens",
        "parameter",
        inferred(
            f"{_ASSETS}, INFER",
            limit=f"default and at most {TOKENS_PAGE}",
            offset="from 0",
        ),
        of=("AccessTokens.list",),
    ),
    Table(
        "Query: search folders",
        "parameter",
        documented("T:server-api/folders.md", q="a part of the title, in any case"),
        of=("Folders.list",),
    ),
    Table(
        "Query: list of assets",
        "parameter",
        (
            *documented(
                _ASSETS,
                parent="a folder's uuid; of an unknown one nothing is found",
                has_parent="true or false",
            ),
            *documented(f"{_ASSETS}", **_WINDOW),
        ),
        of=("Assets.list",),
    ),
    Table(
        "Query: an asset's details",
        "parameter",
        documented("T:video-embedding/aes-encryption.md", expiry="wins over the body's"),
        of=("Assets.get",),
    ),
    Table(
        "Query: list of transcoding jobs",
        "parameter",
        documented(
            "T:transcoding-service/list-all-transcoding-jobs.md",
            page=f"from 1; {PAGE_SIZE} on a page (invented)",
            status="may be given several times",
            enable_drm="",
            created_from="ISO 8601",
            created_to="ISO 8601",
            ordering="created or -created",
        ),
        of=("Jobs.list",),
    ),
)

_FORM = Table(
    "Form: a direct upload",
    "parameter",
    (
        *documented(
            "T:server-api/direct-video-upload.md",
            **dict.fromkeys(
                ("key", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy"),
                "as the session gave it",
            ),
            **{"x-amz-signature": "as the session gave it", "file": "the last field"},
        ),
    ),
)

TABLES = (*_BODIES, *_QUERIES, _FORM)
