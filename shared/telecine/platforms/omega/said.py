"""What OpenAPI is told of Omega's routes and webhooks."""

from telecine.platforms.omega.bodies import (
    CollectionBody,
    EndpointBody,
    KeyBody,
    LinkBody,
    MoveBody,
    NamedCollectionBody,
    PrivacyBody,
    StatusBody,
    UuidsBody,
    VideoBody,
)
from telecine.platforms.omega.events_table import EVENT_TYPES
from telecine.platforms.omega.shapes import (
    OmegaAccount,
    OmegaCollection,
    OmegaCollectionPage,
    OmegaDeletions,
    OmegaEndpoint,
    OmegaEvent,
    OmegaKey,
    OmegaMessage,
    OmegaSourceLink,
    OmegaTrafficAnswer,
    OmegaVideo,
    OmegaVideoPage,
)
from telecine.platforms.omega.video_shape import STATUSES
from telecine.platforms.saying import Said, Saying, Schema

_NUMBER: Schema = {"type": "integer", "minimum": 1}
_STATUS: Schema = {"type": "string", "enum": sorted(set(STATUSES.values()))}
_PAGED: dict[str, Schema] = {
    "page": _NUMBER,
    "limit": _NUMBER,
    "status": _STATUS,
    "collection": {"type": "string"},
}
_TIME: Schema = {"type": "string", "format": "date-time"}
_SIGNED: dict[str, Schema] = {name: {"type": "string"} for name in ("org", "expires", "signature")}

SAYING = Saying(
    scheme="OmegaStream",
    security={"type": "http", "scheme": "bearer", "description": "A key of the organisation's."},
    errors=dict.fromkeys((400, 401, 404, 405, 409, 413, 503), OmegaMessage),
    routes={
        "Account.data": Said(None, OmegaAccount),
        "Account.revoke": Said(KeyBody, OmegaKey),
        "Webhooks.create": Said(EndpointBody, OmegaEndpoint),
        "Webhooks.create_or_list": Said(
            EndpointBody, OmegaEndpoint | list[OmegaEndpoint], is_optional=True
        ),
        "Webhooks.list_all": Said(None, list[OmegaEndpoint]),
        "Webhooks.update": Said(EndpointBody, OmegaEndpoint),
        "Webhooks.delete": Said(None, OmegaMessage),
        "Webhooks.switch": Said(StatusBody, OmegaEndpoint),
        "EndpointEvents.list_all": Said(None, list[OmegaEvent]),
        "EndpointEvents.get": Said(None, OmegaEvent),
        "Videos.create": Said(VideoBody, OmegaVideo),
        "Videos.copy": Said(LinkBody, OmegaVideo),
        "Videos.get": Said(None, OmegaVideo),
        "VideoLists.page": Said(None, OmegaVideoPage, query=_PAGED),
        "VideoLists.deleted_page": Said(None, OmegaVideoPage, query=_PAGED),
        "VideoLists.all": Said(None, list[OmegaVideo], query={"status": _STATUS}),
        "VideoLists.all_deleted": Said(None, list[OmegaVideo], query={"status": _STATUS}),
        "VideoChanges.privacy": Said(PrivacyBody),
        "VideoChanges.delete": Said(),
        "VideoChanges.delete_many": Said(UuidsBody, OmegaDeletions),
        "VideoChanges.revert": Said(query={"status": _STATUS}),
        "Collections.create": Said(CollectionBody, OmegaCollection),
        "Collections.list_page": Said(None, OmegaCollectionPage, query=_PAGED),
        "Collections.get": Said(None, OmegaCollection),
        "Collections.rename": Said(CollectionBody, OmegaCollection),
        "Collections.rename_named": Said(NamedCollectionBody, OmegaCollection),
        "Collections.delete": Said(),
        "Collections.move": Said(MoveBody),
        "Collections.move_root": Said(UuidsBody),
        "TrafficRoute.traffic": Said(
            UuidsBody, OmegaTrafficAnswer, query={"start_time": _TIME, "end_time": _TIME}
        ),
        "SourceDownload.link": Said(None, OmegaSourceLink),
        "SourceDownload.source": Said(
            query=_SIGNED,
            also={200: "application/octet-stream", 302: "", 403: OmegaMessage, 410: OmegaMessage},
            is_open=True,
        ),
    },
    sent=dict.fromkeys(EVENT_TYPES, OmegaEvent),
)
