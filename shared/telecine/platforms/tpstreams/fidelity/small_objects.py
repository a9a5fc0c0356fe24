"""Where the fields of TPStreams' smaller objects come from."""

from telecine.platforms.fidelity import Table, documented
from telecine.platforms.tpstreams.shapes import (
    TPStreamsAccessToken,
    TPStreamsDetail,
    TPStreamsFolder,
    TPStreamsMessage,
    TPStreamsOrganization,
    TPStreamsPage,
    TPStreamsWebhook,
)

_ASSETS = "T:server-api/assets.md"
_LINK = "a link of the documented form, on a host that does not exist"

TABLES = (
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
        made_up=("playback_url",),
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
        made_up=("drm_aes_signing_iv", "drm_aes_signing_key"),
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
