"""What OpenAPI is told of TPStreams' routes and webhooks."""

from typing import Annotated

from pydantic import Field

from telecine.platforms.saying import Said, Saying, Schema
from telecine.platforms.tpstreams.access_token_body import AccessTokenBody
from telecine.platforms.tpstreams.bulk_body import MOST
from telecine.platforms.tpstreams.expiry import ExpiryBody
from telecine.platforms.tpstreams.folder_routes import FolderBody
from telecine.platforms.tpstreams.job_body import JobBody
from telecine.platforms.tpstreams.live_body import LiveBody, StopBody
from telecine.platforms.tpstreams.login import LoginBody
from telecine.platforms.tpstreams.moving import MoveBody
from telecine.platforms.tpstreams.sending import HEADER
from telecine.platforms.tpstreams.shapes import (
    TPStreamsAccessToken,
    TPStreamsAsset,
    TPStreamsDetail,
    TPStreamsDetailedAsset,
    TPStreamsError,
    TPStreamsFolder,
    TPStreamsJob,
    TPStreamsMessage,
    TPStreamsOrganization,
    TPStreamsPage,
    TPStreamsToken,
    TPStreamsTold,
    TPStreamsUpload,
    TPStreamsWebhook,
)
from telecine.platforms.tpstreams.upload_sessions import SessionBody
from telecine.platforms.tpstreams.video_body import VideoBody
from telecine.platforms.tpstreams.webhooks import WebhookBody
from telecine.shared.contracts.access_tokens import TOKENS_PAGE

_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "string", "enum": ["true", "false", "1", "0"]}
_TIME: Schema = {"type": "string", "format": "date-time"}
_WINDOW: dict[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 500},
    "offset": {"type": "integer", "minimum": 0},
}
_WINDOW_OF_50 = _WINDOW | {"limit": {"type": "integer", "minimum": 1, "maximum": TOKENS_PAGE}}
_JOBS: dict[str, Schema] = {
    "page": {"type": "integer", "minimum": 1},
    "status": {"type": "string", "enum": ["queued", "transcoding", "completed", "error"]},
    "enable_drm": _FLAG,
    "created_from": _TIME,
    "created_to": _TIME,
    "ordering": {"type": "string", "enum": ["created", "-created"]},
}

SAYING = Saying(
    scheme="TPStreams",
    security={
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token <key>`, with a key of the organisation's.",
    },
    errors={
        400: TPStreamsError,
        401: TPStreamsDetail,
        404: TPStreamsDetail,
        405: TPStreamsDetail,
        409: TPStreamsDetail,
        413: TPStreamsDetail,
        415: TPStreamsDetail,
        503: TPStreamsDetail,
        504: TPStreamsDetail,
    },
    plain={404},
    routes={
        "Login.login": Said(LoginBody, TPStreamsToken, also={403: TPStreamsDetail}, is_open=True),
        "Login.logout": Said(also={403: TPStreamsDetail}),
        "Organizations.list": Said(None, TPStreamsPage[TPStreamsOrganization], query=_WINDOW),
        "Webhooks.create": Said(WebhookBody, TPStreamsWebhook),
        "Webhooks.list": Said(None, TPStreamsPage[TPStreamsWebhook], query=_WINDOW),
        "Webhooks.update": Said(WebhookBody, TPStreamsWebhook),
        "Webhooks.delete": Said(),
        "Folders.create": Said(FolderBody, TPStreamsFolder),
        "Folders.list": Said(None, TPStreamsPage[TPStreamsFolder], query=_WINDOW | {"q": _TEXT}),
        "Lives.create": Said(LiveBody, TPStreamsAsset),
        "Lives.list": Said(None, TPStreamsPage[TPStreamsAsset], query=_WINDOW),
        "Lives.start_server": Said(None, TPStreamsAsset),
        "Lives.stop": Said(StopBody, TPStreamsMessage, is_optional=True),
        "Bulk.create": Said(
            Annotated[list[VideoBody], Field(min_length=1, max_length=MOST)],
            list[TPStreamsAsset],
        ),
        "UploadSessions.create": Said(SessionBody, TPStreamsUpload),
        "Assets.create": Said(VideoBody, TPStreamsAsset),
        "Assets.list": Said(
            None,
            TPStreamsPage[TPStreamsAsset],
            query=_WINDOW | {"parent": _TEXT, "has_parent": _FLAG},
        ),
        "Assets.get": Said(
            ExpiryBody,
            TPStreamsDetailedAsset,
            query={"expiry": {"type": "integer", "minimum": 1}},
            is_optional=True,
        ),
        "Assets.delete": Said(),
        "Moving.move": Said(MoveBody, TPStreamsDetail, is_optional=True),
        "AccessTokens.create": Said(AccessTokenBody, TPStreamsAccessToken, is_optional=True),
        "AccessTokens.list": Said(None, TPStreamsPage[TPStreamsAccessToken], query=_WINDOW_OF_50),
        "AccessTokens.get": Said(None, TPStreamsAccessToken),
        "AccessTokens.replace": Said(AccessTokenBody, TPStreamsAccessToken, is_optional=True),
        "AccessTokens.change": Said(AccessTokenBody, TPStreamsAccessToken, is_optional=True),
        "Jobs.create": Said(JobBody, TPStreamsJob),
        "Jobs.list": Said(None, TPStreamsPage[TPStreamsJob], query=_JOBS),
        "Jobs.get": Said(None, TPStreamsJob),
        "Jobs.cancel": Said(None, TPStreamsMessage),
    },
    sent={"asset": TPStreamsTold, "transcoding_job": TPStreamsJob},
    sent_headers={HEADER: "The webhook's secret token."},
)
