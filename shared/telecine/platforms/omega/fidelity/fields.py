"""Where the fields of Omega's objects come from, of answers and of webhooks."""

from telecine.platforms.fidelity import Claim, Table, below, documented, inferred
from telecine.platforms.omega.shapes import (
    OmegaCollection,
    OmegaCollectionPage,
    OmegaDeletions,
    OmegaEndpoint,
    OmegaEvent,
    OmegaListedVideo,
    OmegaMessage,
    OmegaSourceLink,
    OmegaTrafficAnswer,
    OmegaVideo,
    OmegaVideoPage,
)

_MODEL = "O:video/video_model.md"
_LIST = "O:video/get_videos.md"
_OLD = "O@0927efc:video/managment/*.md"
_DRAWN = "of a video by link it is drawn from the seed"
_HOST = "links of the documented form; nothing is there"

_ENDPOINT = Table(
    "Webhook endpoint",
    "field",
    documented(
        "S0",
        *("url", "description", "events", "active"),
        id="24 hex digits; here a hash of seed, organisation and wish",
        created_at="6 digits of a second on creation, 3 later; samples have up to 9 and 3",
        updated_at="the same",
        coid="`omega-cop-` and the organisation's name here",
    ),
    OmegaEndpoint,
)

_EVENT = Table(
    "Event: the webhook's body, the list's item, the detail",
    "field",
    (
        *documented(
            "S2",
            id="24 hex digits; here it is `webhook-id` too",
            created_at="in the list Go's zero time, as in the sample, with `quirks=on`",
            coid="not in the field table, but in the samples",
            api_version="`v1`",
            created="Unix seconds",
            type="",
            endpoint_id="",
            data="null in the list with `quirks=on`",
            response="null in the webhook, for it cannot be known yet (DESIGN §6), and in the list",
        ),
        *documented("S2, DESIGN §6", ocid="only in the list, with `quirks=on`; `coid` beside it"),
        *documented("S2", **{"data.video": "the full video"}),
        *below(
            "response",
            documented(
                "S2",
                status_code="0 if nobody answered (invented)",
                status='code and label, "" if nobody answered (invented)',
                body="as the receiver sent it",
                message="`webhook event with type <type> succeeded`; of a failure invented",
            ),
        ),
    ),
    OmegaEvent,
)

_IDENTITY = ("created_at", "updated_at", "title", "uuid", "coid", "status", "privacy")

_PLAYBACK = (
    *documented(f"S2, {_MODEL}", "hls", "dash"),
    *documented(_MODEL, "audio"),
    *documented(
        _MODEL,
        **dict.fromkeys(
            ("r_1080p", "r_720p", "r_480p", "r_360p", "r_240p"),
            "null above the source's own height (inferred)",
        ),
    ),
)

_STORAGE = (
    *documented(
        f"S2, {_MODEL}",
        bucket="the sample's, always",
        raw_bucket="the sample's, always",
        meta="always null, as in every sample",
    ),
    *documented(_MODEL, provider="`omega`, always", source=""),
    *below("source", documented(_MODEL, key="", size="bytes")),
)

_VIDEO = Table(
    "Video, whole",
    "field",
    (
        *documented(_MODEL, *_IDENTITY, id="24 hex digits, which here begin with `created_at`"),
        *documented(_MODEL, deleted_at="not null: marked for deletion"),
        *documented("O:video/create_video.md", "collection_id"),
        *documented(
            f"S2, {_OLD}",
            entity_tag="of the 2022 model and S2's webhook; later samples left it out",
        ),
        *documented(
            f"S2, {_MODEL}",
            playback=_HOST,
            input=_DRAWN,
            duration=f"whole seconds; {_DRAWN}",
            size=f"bytes; {_DRAWN}",
        ),
        *documented(_MODEL, playback_v2=_HOST),
        *documented(
            f"S2, {_MODEL}",
            ready_to_stream="the model's table says ready_to_watch, every sample this",
            thumbnail=_HOST,
            thumbnail_timestamp_pct="always null, as in every sample",
            storage="null without bytes; a failed video has no such key, as in the only sample of one",
            meta="null when there is nothing in it",
        ),
        *below("input", documented(f"S2, {_MODEL}", "width", "height")),
        *below("playback", _PLAYBACK),
        *below("playback_v2", _PLAYBACK),
        *below("storage", _STORAGE),
        *below(
            "meta",
            documented(
                "S2, O@8b1a7a0:video/webhooks/create_endpoint.md",
                downloaded_from="",
                failure="why it failed; two of the texts are documented, the others invented",
            ),
        ),
    ),
    OmegaVideo,
    made_up=("playback", "playback_v2", "thumbnail", "storage.source.key"),
)

_LISTED = Table(
    "Video, as lists show it",
    "field",
    documented(
        _LIST,
        *("id", *_IDENTITY, "deleted_at", "duration", "ready_to_stream", "collection_id"),
        size="0 without bytes, as in the sample",
        thumbnail=_HOST,
        thumbnail_timestamp_pct="always null, as in every sample",
    ),
    OmegaListedVideo,
    made_up=("thumbnail",),
)


def _page(source: str, *, is_documented: bool) -> tuple[Claim, ...]:
    say = documented if is_documented else inferred
    names = ("data", "total", "page", "total_page")
    none = "0: there is none"
    return say(source, *names, per_page="", prev=none, next=none)


_OTHERS = (
    Table("Page of videos", "field", _page(_LIST, is_documented=True), OmegaVideoPage),
    Table(
        "Page of collections",
        "field",
        _page(f"{_LIST}, INFER, decision 11", is_documented=False),
        OmegaCollectionPage,
    ),
    Table(
        "Collection",
        "field",
        documented(
            "O:collection/create_collection.md",
            *("id", "created_at", "updated_at", "coid", "name"),
            deleted_at="always null: what is deleted is not shown",
        ),
        OmegaCollection,
    ),
    Table(
        "Answer to the deletion of many",
        "field",
        documented(
            "O:video/delete_multiple_videos.md",
            *("has_error", "videos_count", "updated_count", "failed_count"),
            failed_videos="an object, empty in the sample; uuid to reason here (decision 11)",
        ),
        OmegaDeletions,
    ),
    Table(
        "Traffic",
        "field",
        (
            *documented(
                "O:video/videos_traffic.md",
                *("checked_uuids", "start_time", "end_time", "queried_at", "videos_traffic"),
            ),
            *below(
                "videos_traffic",
                documented(
                    "O:video/videos_traffic.md, decision 11",
                    number_of_requests="drawn from seed and uuid, growing with time",
                    traffic_in_bytes="",
                    traffic_in_gb="decimal, two digits",
                    traffic_in_tb="decimal, two digits",
                ),
            ),
        ),
        OmegaTrafficAnswer,
        made_up=("videos_traffic",),
    ),
    Table(
        "Link to a video's source",
        "field",
        documented(
            "O:video/download_video_source.md",
            "expires_at",
            url="leads to the house itself (decision 11)",
            expires_in="seconds",
        ),
        OmegaSourceLink,
        made_up=("url",),
    ),
    Table(
        "Message: successes and errors",
        "field",
        documented(
            "O:webhooks/hooks.md, DESIGN §6",
            message="documented of successes only; that errors have it too is invented",
        ),
        OmegaMessage,
    ),
)

TABLES = (_ENDPOINT, _EVENT, _VIDEO, _LISTED, *_OTHERS)
