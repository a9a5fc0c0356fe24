"""Where TPStreams' statuses, webhooks and headers come from."""

from telecine.platforms.fidelity import Table, Word, documented, inferred, invented
from telecine.platforms.tpstreams.sending import HEADER

_ASSETS = "T:server-api/assets.md"
_LIVE = "T:live-stream-api/webhook-response.md"
_LIST = "T:transcoding-service/list-all-transcoding-jobs.md"
_JOBS = "T:transcoding-service/transcode-a-video.md"
_TRIGGER = "S4, INFER, DESIGN §6"

_VIDEO = Table(
    "Asset: `video.status`",
    "status",
    (
        Word("Not Started", "documented", _ASSETS, "", ("created", "uploaded")),
        Word(
            "Queued",
            "inferred",
            f"S4, {_LIST}, INFER",
            "in the prose of S4, and of jobs",
            ("queued",),
        ),
        Word(
            "Transcoding",
            "inferred",
            f"{_LIST}, INFER",
            "of jobs; an older transcoder of theirs says Processing",
            ("in_progress", "completed"),
        ),
        Word("Completed", "documented", f"S4, {_ASSETS}", "", ("succeeded", "watchable")),
        Word("Error", "inferred", f"S4, {_LIST}, INFER", "of jobs and live streams", ("failed",)),
    ),
)

_LIVE_STREAM = Table(
    "Asset: `live_stream.status`",
    "status",
    (
        Word(
            "Not Started",
            "documented",
            _LIVE,
            "until somebody broadcasts, also when the server is up",
            ("scheduled", "requested", "starting", "ready"),
        ),
        Word("Streaming", "documented", _LIVE, "", ("streaming",)),
        Word("Disconnected", "documented", _LIVE, "", ("disconnected",)),
        Word(
            "Stopped",
            "documented",
            "T:live-stream-api/live-stream-event-status.md",
            "the newer page has it, the older not; before Recording (inferred)",
            ("stopped",),
        ),
        Word("Recording", "documented", _LIVE, "", ("recording",)),
        Word("Completed", "documented", _LIVE, "", ("completed",)),
        Word(
            "Error",
            "documented",
            _LIVE,
            "that it can follow on any state is inferred",
            ("failed",),
        ),
    ),
)

_JOB = Table(
    "Transcoding job: `status`, in capitals or in lower case",
    "status",
    (
        Word("Queued", "documented", f"{_JOBS}, {_LIST}", "", ("created", "queued")),
        Word("Transcoding", "documented", f"{_JOBS}, {_LIST}", "", ("started",)),
        Word("Completed", "documented", _LIST, "", ("completed",)),
        Word("Error", "documented", _LIST, "", ("failed",)),
        Word(
            "Cancelled",
            "inferred",
            "SDK:testpress/lumberjack, INFER",
            "the word of their older transcoder; sent to nobody",
            ("cancelled",),
        ),
    ),
)

_OTHER_STATUSES = (
    Table(
        "Upload session: `status`",
        "status",
        (Word("Created", "documented", "T:server-api/direct-video-upload.md"),),
    ),
    Table(
        "Access token: `status`",
        "status",
        (
            Word("Active", "documented", "T:server-api/access-token.md"),
            Word("Expired", "inferred", "T:server-api/access-token.md, INFER"),
        ),
    ),
)

_EVENTS = Table(
    "Webhooks: what is sent after which fact of ours",
    "event",
    (
        *inferred(
            _TRIGGER,
            **{
                "video.ready_for_processing": "the asset, Queued",
                "video.in_progress": "the asset, Transcoding",
            },
        ),
        *documented("S4", **{"video.process_succeeded": "the asset, Completed"}),
        *documented(
            "S4, INFER", **{"video.process_failed": 'the asset, Error: "errored" in the prose'}
        ),
        *documented(
            f"{_LIVE}, T:live-stream-api/create_live_stream_instantly.md",
            **{"live.server_ready": "the asset with rtmp_url and stream_key"},
        ),
        *documented(
            _LIVE,
            **{
                "live.publish_started": "the asset, Streaming",
                "live.publish_ended": "the asset, Disconnected",
                "live.stopped": "the asset, Stopped",
                "live.recording_started": "the asset, Recording",
                "live.completed": "the asset, Completed, with the recording as its video",
                "live.failed": "the asset, Error",
            },
        ),
        *documented(_JOBS, **{"job.started": "the job, transcoding"}),
        *inferred(
            f"{_JOBS}, INFER",
            **{
                "job.completed": "the job, completed; the page shows one body only",
                "job.failed": "the job, error",
            },
        ),
    ),
)

_HEADERS = Table(
    "Headers that the platform adds",
    "header",
    (
        *documented("S4", **{HEADER: "with every webhook: the endpoint's secret_token"}),
        *documented(
            "T:server-api/authentication.md",
            Authorization="`Token <key>`, the word in any case (inferred from samples)",
        ),
        *inferred(
            "INFER",
            **{
                "WWW-Authenticate": "`Token`, with 401, as Django REST framework",
                "Allow": "with 405, as Django REST framework",
                "Location": "of a path without its last slash, as Django",
                "ETag": "of the storage's answer, as S3: the file's MD5",
            },
        ),
        *invented(
            "GAP, decision 16",
            **{
                "Idempotency-Key": "names a wish: the same wish is granted once",
                "Retry-After": "with 503",
            },
        ),
    ),
)

TABLES = (
    *(_VIDEO, _LIVE_STREAM, _JOB, *_OTHER_STATUSES),
    *(_EVENTS, _HEADERS),
)
