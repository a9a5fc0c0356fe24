"""Where TPStreams' calls and their good answers come from."""

from telecine.platforms.fidelity import Call, Origin, Table
from telecine.platforms.tpstreams import form_door, organizations
from telecine.platforms.tpstreams.paths import ROOT

_ASSETS = f"{ROOT}/assets"
_ONE = f"{_ASSETS}/{{asset_id}}"
_JOBS = f"{ROOT}/transcoding_jobs"
_TOKENS = f"{_ONE}/access_tokens"
_ASSETS_PAGE = "T:server-api/assets.md"
_CODES = "T@c8446fcb:server-api/assets.md"
_LIVE = "T:live-stream-api"
_INFERRED: Origin = "inferred"

_ORGANIZATIONS = (
    Call(
        f"GET {organizations.PATH}",
        "documented",
        "T:server-api/organizations.md",
        "a key belongs to one organisation here, so the page has one",
        status_origin="inferred",
    ),
)

_WEBHOOKS = (
    Call(f"POST {ROOT}/webhooks/", "documented", "S4", "", 201),
    Call(f"GET {ROOT}/webhooks/", "documented", "S4"),
    Call(f"PUT {ROOT}/webhooks/{{webhook_id}}/", "documented", "S4"),
    Call(
        f"DELETE {ROOT}/webhooks/{{webhook_id}}/",
        "documented",
        "S4, DESIGN §6",
        "its answer is not shown; 204 as other deletes of the platform",
        204,
        "inferred",
    ),
)

_ASSET_CALLS = (
    Call(f"POST {_ASSETS}/videos/", "documented", f"{_ASSETS_PAGE}, {_CODES}", "", 201),
    Call(
        f"POST {_ASSETS}/videos/bulk-create/",
        "documented",
        _ASSETS_PAGE,
        "no code of success is stated; 201 as for one",
        201,
        "inferred",
    ),
    Call(f"GET {_ASSETS}/", "documented", f"{_ASSETS_PAGE}, {_CODES}"),
    Call(f"GET {_ONE}/", "documented", f"{_ASSETS_PAGE}, {_CODES}"),
    Call(
        f"DELETE {_ONE}/",
        "documented",
        f"{_ASSETS_PAGE}, {_LIVE}/delete-live-stream-api.md, DESIGN §6",
        "204 is documented of live streams; of videos and folders it is inferred",
        204,
    ),
    Call(f"POST {_ONE}/move/", "documented", _ASSETS_PAGE, "", 200, _INFERRED),
)

_UPLOADS = (
    Call(
        f"POST {_ASSETS}/upload-sessions/",
        "documented",
        "T:server-api/direct-video-upload.md",
        "",
        201,
        "inferred",
    ),
    Call(
        f"form {form_door.PATH}",
        "documented",
        "T:server-api/direct-video-upload.md, decision 14",
        "the storage of `upload_link`; it is the house itself, and answers as S3 does (inferred)",
        204,
        "inferred",
    ),
)

_FOLDERS = (
    Call(
        f"POST {_ASSETS}/folders/",
        "documented",
        "T:server-api/folders.md, T@c8446fcb:server-api/folders.md",
        "",
        201,
    ),
    Call(f"GET {_ASSETS}/folders/", "documented", "T:server-api/folders.md", "", 200, _INFERRED),
)

_ACCESS_TOKENS = (
    Call(f"POST {_TOKENS}/", "documented", "T:server-api/access-token.md", "", 201, _INFERRED),
    Call(
        f"GET {_TOKENS}/",
        "inferred",
        "INFER, decision 15",
        "as other lists of the platform",
        200,
        _INFERRED,
    ),
    Call(
        f"GET {_TOKENS}/{{code}}/",
        "documented",
        "T:server-api/access-token.md",
        "",
        200,
        _INFERRED,
    ),
    Call(
        f"PUT {_TOKENS}/{{code}}/",
        "inferred",
        "T:server-api/access-token.md, INFER, decision 15",
        "an update is documented, its method is not; replaces all",
        200,
        "inferred",
    ),
    Call(
        f"PATCH {_TOKENS}/{{code}}/",
        "inferred",
        "T:server-api/access-token.md, INFER, decision 15",
        "an update is documented, its method is not; changes some",
        200,
        "inferred",
    ),
)

_LIVES = (
    Call(
        f"POST {_ASSETS}/live_streams/",
        "documented",
        f"{_LIVE}/create_live_stream_instantly.md, T@c8446fcb:live-stream-api/*.md",
        "",
        201,
    ),
    Call(
        f"GET {_ASSETS}/live_streams/",
        "documented",
        f"{_LIVE}/list-live-stream-api.md",
        "",
        200,
        _INFERRED,
    ),
    Call(f"POST {_ONE}/start_server/", "documented", f"{_LIVE}/live-stream/start-server.md"),
    Call(
        f"POST {_ONE}/stop_live_stream/",
        "documented",
        f"{_LIVE}/stop-a-live-stream-api.md",
        "",
        200,
        _INFERRED,
    ),
)

_JOB_CALLS = (
    Call(
        f"POST {_JOBS}/",
        "documented",
        "T:transcoding-service/transcode-a-video.md",
        "",
        201,
        _INFERRED,
    ),
    Call(
        f"GET {_JOBS}/",
        "documented",
        "T:transcoding-service/list-all-transcoding-jobs.md",
        "",
        200,
        _INFERRED,
    ),
    Call(
        f"GET {_JOBS}/{{job_id}}/",
        "documented",
        "T:transcoding-service/get-transcoding-job-details.md",
        "",
        200,
        _INFERRED,
    ),
    Call(
        f"DELETE {_JOBS}/{{job_id}}/",
        "documented",
        "T:transcoding-service/transcoding-cancelation.md",
        "",
        200,
        _INFERRED,
    ),
)

TABLES = (
    Table("Organisations", "call", _ORGANIZATIONS),
    Table("Webhooks", "call", _WEBHOOKS),
    Table("Assets", "call", _ASSET_CALLS),
    Table("Direct upload", "call", _UPLOADS),
    Table("Folders", "call", _FOLDERS),
    Table("Access tokens", "call", _ACCESS_TOKENS),
    Table("Live streams", "call", _LIVES),
    Table("Transcoding jobs", "call", _JOB_CALLS),
)
