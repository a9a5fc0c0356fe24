"""Where what Omega's calls take comes from: bodies and query parameters."""

from telecine.platforms.fidelity import Table, documented, inferred, invented
from telecine.platforms.omega.bodies import (
    MAX_DESCRIPTION,
    MAX_TITLE,
    MAX_UUIDS,
    CollectionBody,
    EndpointBody,
    LinkBody,
    MoveBody,
    NamedCollectionBody,
    PrivacyBody,
    StatusBody,
    UuidsBody,
    VideoBody,
)
from telecine.platforms.omega.pages import DEFAULT_LIMIT, MAX_LIMIT

_LINK_PAGE = "O@0927efc:video/upload/upload_via_link.md"
_TITLE = f"1 to {MAX_TITLE} characters"
_PAGED = ("page", "limit", "status", "collection")

_BODIES = (
    Table(
        "Body: a webhook endpoint",
        "field",
        documented(
            "S0",
            url="http and localhost as in the samples; up to 2048 characters and no user in it (invented)",
            events="at least one of the ten, each once (invented: nothing is said of bad ones)",
            description=f"at most {MAX_DESCRIPTION} characters (invented)",
        ),
        EndpointBody,
    ),
    Table(
        "Body: an endpoint's status",
        "field",
        documented("O:webhooks/hooks.md", "active"),
        StatusBody,
    ),
    Table(
        "Body: a video",
        "field",
        documented("O:video/create_video.md", "collection", title=_TITLE),
        VideoBody,
    ),
    Table(
        "Body: a video by link",
        "field",
        documented(
            _LINK_PAGE,
            "url",
            title=_TITLE,
            headers="checked and forgotten: nothing is fetched here",
        ),
        LinkBody,
    ),
    Table(
        "Body: a video's privacy",
        "field",
        documented("O:video/video_privacy.md", "privacy"),
        PrivacyBody,
    ),
    Table(
        "Body: some videos (delete, traffic, move to the root)",
        "field",
        documented(
            "O:video/delete_multiple_videos.md, O:video/videos_traffic.md",
            uuids=f"1 to {MAX_UUIDS}; one named twice is refused (invented)",
        ),
        UuidsBody,
    ),
    Table(
        "Body: a collection", "field", documented("O:collection/*.md", name=_TITLE), CollectionBody
    ),
    Table(
        "Body: a collection to rename",
        "field",
        (
            *inferred("O:collection/update_collection.md, decision 11", "id"),
            *documented("O:collection/update_collection.md", name=_TITLE),
        ),
        NamedCollectionBody,
    ),
    Table(
        "Body: a move into a collection",
        "field",
        documented("O:collection/move_videos_to_collection.md", "id", uuids=f"1 to {MAX_UUIDS}"),
        MoveBody,
    ),
)

_NUMBERS = {
    "page": "from 1",
    "limit": f"default {DEFAULT_LIMIT} as in the samples; at most {MAX_LIMIT} (invented)",
}

_QUERIES = (
    Table(
        "Query: list of videos",
        "parameter",
        documented("O:video/get_videos.md", "status", "collection", **_NUMBERS),
        of=("VideoLists.page",),
    ),
    Table(
        "Query: list of deleted videos",
        "parameter",
        (
            *documented("O:video/get_deleted_videos.md", "collection", **_NUMBERS),
            *inferred("O:video/get_videos.md, INFER", "status"),
        ),
        of=("VideoLists.deleted_page",),
    ),
    Table(
        "Query: the older list",
        "parameter",
        documented("O@0927efc:video/managment/fetch_all.md", "status"),
        of=("VideoLists.all",),
    ),
    Table(
        "Query: the older list of deleted videos",
        "parameter",
        inferred("O@0927efc:video/managment/fetch_all.md, INFER", "status"),
        of=("VideoLists.all_deleted",),
    ),
    Table(
        "Query: revert a deletion",
        "parameter",
        documented(
            "O:video/revert_delete.md, decision 11",
            status="listed and never explained: it must be a status, and changes nothing",
        ),
        of=("VideoChanges.revert",),
    ),
    Table(
        "Query: list of collections",
        "parameter",
        inferred("O:video/get_videos.md, INFER, decision 11", *_PAGED),
        of=("Collections.list_page",),
    ),
    Table(
        "Query: traffic",
        "parameter",
        documented(
            "O:video/videos_traffic.md",
            start_time="default: the start of the month, the invented subscription period",
            end_time="default: now",
        ),
        of=("TrafficRoute.traffic",),
    ),
    Table(
        "Query: a link of src_download",
        "parameter",
        invented("decision 11", "org", "expires", "signature"),
        of=("SourceDownload.source",),
    ),
)

TABLES = (*_BODIES, *_QUERIES)
