"""Where Omega's calls and their good answers come from."""

from telecine.platforms.fidelity import Call, Origin, Table
from telecine.platforms.omega import upload_door, upload_door_v1, video_changes, webhooks
from telecine.platforms.omega.collections import HOME as COLLECTIONS
from telecine.platforms.omega.webhooks import HOME as WEBHOOKS
from telecine.platforms.omega.wire import VIDEOS

_HOOKS = "O:webhooks/hooks.md"
_LITERAL = "[base] already ends in /company, so this is how the page reads to the letter"
_SHORT = "read with company once"
_FAMILY = "the family of create and list; the one in our own docs"
_SPELLINGS: dict[str, tuple[Origin, str, str]] = {
    "/company/company/webhooks": ("documented", _HOOKS, _LITERAL),
    "/company/webhooks": ("inferred", f"{_HOOKS}, INFER", _SHORT),
    WEBHOOKS: ("inferred", f"{_HOOKS}, INFER, DESIGN §6", _FAMILY),
}


def _webhook_changes(path: str) -> tuple[Call, ...]:
    origin, source, note = _SPELLINGS[path]
    one = f"{path}/{{endpoint_id}}"
    shown = "the answer is the endpoint (DESIGN §6)"
    return (
        Call(f"PUT {one}", origin, source, f"{note}; {shown}", 200, "invented"),
        Call(f"DELETE {one}", origin, source, note, 200, "documented"),
        Call(f"POST {one}/status", origin, source, f"{note}; {shown}", 200, "invented"),
    )


_WEBHOOKS = (
    Call(
        f"POST {WEBHOOKS}",
        "inferred",
        "S0, INFER, DESIGN §6",
        "the page writes GET with a body, almost certainly a slip",
    ),
    Call(
        f"GET {WEBHOOKS}",
        "documented",
        "S0, DESIGN §6",
        "with a body it creates, as the page has it; without one it lists, which is invented",
    ),
    Call(f"GET {WEBHOOKS}/all", "documented", _HOOKS, status_origin="inferred"),
    *(call for path in webhooks.SPELLINGS for call in _webhook_changes(path)),
    Call(
        f"GET {WEBHOOKS}/{{endpoint_id}}",
        "documented",
        "S2",
        "the endpoint's events; no call for one endpoint is documented",
        status_origin="inferred",
    ),
    Call(
        f"GET {WEBHOOKS}/{{endpoint_id}}/events",
        "invented",
        "INFER",
        "the same list under the path that the detail suggests",
        status_origin="invented",
    ),
    Call(
        f"GET {WEBHOOKS}/{{endpoint_id}}/events/{{event_id}}",
        "documented",
        "S2",
        status_origin="inferred",
    ),
)

_COLLECTIONS = (
    Call(f"POST {COLLECTIONS}", "documented", "O:collection/create_collection.md", "", 201),
    Call(
        f"PUT {COLLECTIONS}",
        "documented",
        "O:collection/update_collection.md, decision 11",
        "the page forgets the id; it is taken in the body",
        201,
    ),
    Call(
        f"GET {COLLECTIONS}",
        "inferred",
        "O:collection/get_collection_list.md, GAP, decision 11",
        "the page is empty; a page like those of videos",
        200,
        "inferred",
    ),
    Call(f"POST {COLLECTIONS}/move", "documented", "O:collection/*.md", "", 204),
    Call(f"POST {COLLECTIONS}/move_root", "documented", "O:collection/*.md", "", 204),
    Call(f"GET {COLLECTIONS}/{{collection_id}}", "invented", "GAP", "", 200, "invented"),
    Call(
        f"PUT {COLLECTIONS}/{{collection_id}}",
        "inferred",
        "O:collection/update_collection.md, INFER, decision 11",
        "",
        201,
        "inferred",
    ),
    Call(
        f"DELETE {COLLECTIONS}/{{collection_id}}",
        "inferred",
        "O:collection/delete_collection.md, GAP, decision 11",
        "the page is empty; its videos go to the root",
        204,
        "invented",
    ),
)

_LISTS = (
    Call(f"GET {VIDEOS}", "documented", "O:video/get_videos.md"),
    Call(
        f"GET {VIDEOS}/all",
        "documented",
        "O@0927efc:video/managment/fetch_all.md",
        "an older page",
        status_origin="inferred",
    ),
    Call(f"GET {VIDEOS}/deleted", "documented", "O:video/get_deleted_videos.md"),
    Call(
        f"POST {VIDEOS}/deleted",
        "documented",
        "O@0927efc:video/managment/delete.md",
        "an older page",
        status_origin="inferred",
    ),
)

_UPLOADS = (
    Call(f"POST {VIDEOS}", "documented", "O:video/create_video.md", "", 201),
    Call(
        f"POST {VIDEOS}/stream/copy",
        "documented",
        "O@0927efc:video/upload/upload_via_link.md",
        "the page was removed in 2023; nothing is fetched here, facts are drawn from the seed",
    ),
    Call(f"tus {upload_door.PATH}", "documented", "O:tus_upload/_index.md", "tus V2", 204),
    Call(
        f"tus {upload_door_v1.PATH}",
        "documented",
        "O:video/tus_upload.md",
        "tus V1; deprecated there, and never switched off here (decision 11)",
        204,
    ),
)

_SINGLE = (
    Call(f"GET {VIDEOS}/{{uuid}}", "documented", "O:video/get_video.md"),
    Call(f"GET {VIDEOS}/{{uuid}}/src_download", "documented", "O:video/download_video_source.md"),
    Call(
        f"GET {VIDEOS}/{{uuid}}/source",
        "invented",
        "decision 11",
        "where the link of src_download leads, for a documented link leads to storage elsewhere",
        status_origin="invented",
    ),
    Call(
        f"POST {VIDEOS}/traffic",
        "documented",
        "O:video/videos_traffic.md",
        "the numbers are invented: drawn from seed and uuid",
    ),
)


def _video_changes(home: str) -> tuple[Call, ...]:
    twice = home != VIDEOS
    note = "company written twice, as an older page has it" if twice else ""
    more = "company twice, as at its neighbour" if twice else ""
    old_delete = "O@af9f6c1:video/*.md"
    rest: Origin = "inferred" if twice else "documented"
    tag = ", INFER" if twice else ""
    many, bulk = (f"{home}/{name}" for name in video_changes.MANY)
    return (
        Call(
            f"DELETE {home}/{{uuid}}",
            "documented",
            f"{old_delete}, decision 11" if twice else "O:video/delete_video.md",
            f"{note}, corrected there" if twice else "an older page answers 200 with a message",
            204,
        ),
        Call(f"DELETE {many}", rest, f"O:video/delete_multiple_videos.md{tag}", more),
        Call(f"DELETE {bulk}", rest, f"O@ca5571a:video/delete.md{tag}", more or "an older page"),
        Call(
            f"POST {home}/revert_deletion/{{uuid}}",
            rest,
            f"O:video/revert_delete.md{tag}",
            more,
            204,
        ),
        Call(f"PUT {home}/{{uuid}}/privacy", rest, f"O:video/video_privacy.md{tag}", more, 204),
    )


TABLES = (
    Table("Webhook endpoints and events", "call", _WEBHOOKS),
    Table("Videos: upload", "call", _UPLOADS),
    Table("Videos: lists", "call", _LISTS),
    Table("Videos: one by one", "call", _SINGLE),
    Table(
        "Videos: changes",
        "call",
        tuple(call for home in video_changes.SPELLINGS for call in _video_changes(home)),
    ),
    Table("Collections", "call", _COLLECTIONS),
)
