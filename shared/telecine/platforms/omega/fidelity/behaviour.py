"""Where Omega's statuses, events, headers, errors, times and rules come from."""

from telecine.platforms.fidelity import Claim, Origin, Table, Word, documented, inferred, invented
from telecine.platforms.omega.bodies import MAX_UUIDS
from telecine.platforms.omega.deletion_rule import FAILED_FOR
from telecine.platforms.omega.events_table import EVENT_KINDS, EventKind
from telecine.platforms.omega.source_link import GOOD_FOR
from telecine.platforms.omega.upload_door_v1 import CHUNK_UNIT, LEAST_CHUNK, MOST_CHUNK
from telecine.platforms.omega.video_shape import STATUSES, kinds

_WORDS: dict[str, tuple[Origin, str, str]] = {
    "ready-to-upload": (
        "documented",
        "O:video/create_video.md",
        "in samples; missing in the model page's list",
    ),
    "uploaded": ("documented", "O:video/video_model.md", ""),
    "in-progress": (
        "documented",
        "O:video/video_model.md",
        "that processing passes through three facts of ours under it is inferred",
    ),
    "process-completed": ("documented", "S2, O:video/video_model.md", ""),
    "process-failed": ("documented", "O:video/video_model.md", "the reason is in meta.failure"),
}

_SILENT = "accepted in `events` and never sent, as documented; sent with `fidelity=extended`"
_SENT = {
    "always": "sent",
    "some features": 'documented as "only for some features"; always sent here',
    "never": _SILENT,
}


def _event(kind: EventKind) -> Claim:
    source = "S0" if kind.origin == "documented" else "S0, S2, INFER, DESIGN §6"
    return Claim(kind.type, kind.origin, source, f"{kind.meaning}; {_SENT[kind.sent]}")


_STATUSES = Table(
    "Video: `status`",
    "status",
    tuple(Word(word, *_WORDS[word], kinds(word)) for word in dict.fromkeys(STATUSES.values())),
)

_EVENTS = Table("Webhook events", "event", tuple(_event(kind) for kind in EVENT_KINDS))

_HEADERS = Table(
    "Headers that the platform adds",
    "header",
    (
        *documented("O:*.md", Authorization="`Bearer <key>`, asked of every call but of tus V2"),
        *documented(
            "O:tus_upload/_index.md",
            **{
                "Signature": "hex sha256(apiKey + expiration + videoId), tus V2",
                "Expiration": "Unix seconds, on the wall's clock; tus V2",
                "Video-Id": "the video's uuid, tus V2",
            },
        ),
        *documented(
            "O:video/tus_upload.md",
            **{
                "Upload-Metadata": "`title` and `collection`, tus V1; a title may be left out (invented)",
                "stream-media-id": "in the answer, tus V1; here the video's uuid",
            },
        ),
        *invented(
            "GAP, decision 16",
            **{
                "WWW-Authenticate": "`Bearer`, with 401",
                "Idempotency-Key": "names a wish: the same wish is granted once",
                "Retry-After": "with 503",
            },
        ),
    ),
)

_ERRORS = Table(
    'Errors: `{"message": …}`, of which the documents show none',
    "error",
    (
        *invented(
            "GAP, DESIGN §6",
            **{
                "400": "input that cannot be taken; names the field and what to do",
                "401": "no key, or nobody's; of tus V2 a bad or expired signature",
                "404": "unknown, another organisation's, or deleted",
            },
        ),
        *inferred(
            "O:video/delete_video.md, INFER, DESIGN §6",
            **{
                "409": "a delete whose precondition is not met; other things that cannot be done now"
            },
        ),
        *invented(
            "GAP",
            **{
                "403": "a link to a source that was changed or has expired (decision 11)",
                "405": "a method that the path does not know",
                "410": "the bytes of a source were let go (decision 11)",
                "413": "a body above 256 KiB, a file or a chunk that is too large",
                "422": "an Idempotency-Key of another request (decision 16)",
                "503": "a service does not answer; try again",
            },
        ),
    ),
)

_HOURS = f"{FAILED_FOR.total_seconds() / 3600:g} h"

_TIMINGS = Table(
    "Times",
    "timing",
    (
        *documented(
            "O:video/delete_video.md, decision 11",
            **{
                "a failed video may be deleted": f"{_HOURS} after it failed (the sentence is ambiguous)"
            },
        ),
        *documented(
            "O:video/download_video_source.md",
            **{"a link to a source is good for": f"{GOOD_FOR} s; the sample shows 3597"},
        ),
        *invented(
            "GAP",
            **{
                "deletion": "at once; nothing is ever purged",
                "an event is listed": "when it was attempted or parked for the first time",
            },
        ),
    ),
)

_RULES = Table(
    "Rules",
    "rule",
    (
        *documented(
            "O:video/delete_video.md, DESIGN §6",
            **{
                "when a video may be deleted": f"processed, or failed for more than {_HOURS}; "
                "else 409 and `video.failed_to_delete`, which is inferred"
            },
        ),
        *documented(
            "O:video/delete_multiple_videos.md, O:video/videos_traffic.md",
            **{"videos in one request": f"1 to {MAX_UUIDS}"},
        ),
        *documented(
            "O:video/tus_upload.md",
            **{
                "chunks of tus V1": f"{LEAST_CHUNK} to {MOST_CHUNK} bytes, a multiple of {CHUNK_UNIT}; "
                "the last one only the most"
            },
        ),
        *documented("O:webhooks/hooks.md", **{"an inactive endpoint": "is sent nothing"}),
        *documented(
            "O@0927efc:video/managment/fetch_all.md", **{"order of lists": "newest first"}
        ),
        *inferred(
            "S2, INFER", **{"an event": "is one endpoint's, with what that endpoint answered"}
        ),
        *invented(
            "GAP, DESIGN §6",
            **{
                "a webhook is accepted": "by any 2xx, in time; redirects are not followed",
                "deleting twice, reverting what is there": "409 (decision 11)",
                "`updated_at`": "a deletion and its revert leave it (decision 11)",
            },
        ),
    ),
)

TABLES = (_STATUSES, _EVENTS, _HEADERS, _ERRORS, _TIMINGS, _RULES)
