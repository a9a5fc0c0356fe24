"""Where TPStreams' times and rules come from."""

from telecine.platforms.fidelity import Table, documented, inferred, invented
from telecine.platforms.tpstreams.asset import AES_EXPIRY, DOWNLOAD_EXPIRY
from telecine.platforms.tpstreams.bulk_body import MOST
from telecine.platforms.tpstreams.own_json import MOST_BYTES
from telecine.platforms.tpstreams.upload_sessions import LASTS

_ASSETS = "T:server-api/assets.md"

_TIMINGS = Table(
    "Times",
    "timing",
    (
        *documented(
            "T:live-stream-api/create_live_stream_instantly.md",
            **{"a live stream's server is up": "20 to 30 s after it was asked for"},
        ),
        *documented(
            "T:video-embedding/aes-encryption.md",
            **{"a playback link of AES is good for": f"{AES_EXPIRY} s, or `expiry`"},
        ),
        *invented(
            "GAP, DESIGN §6",
            **{"a download link is good for": f"{DOWNLOAD_EXPIRY} s"},
        ),
        *invented(
            "GAP, decision 14",
            **{
                "an upload session is good for": f"{LASTS.total_seconds() / 3600:g} h of the wall's clock; "
                "the sample has an expires_at and no word about it",
            },
        ),
        *invented(
            "GAP, decision 13",
            **{
                "a broadcast begins": "2 to 5 s after the server is up, for nobody broadcasts here",
                "a broadcast breaks": "never, once or twice; after 20 to 60 s, for 2 to 8 s",
                "a recording takes": "1 to 2 s, its transcoding 3 to 6 s",
            },
        ),
        *documented(
            "T:server-api/access-token.md",
            **{"an access token is good for": "ever, or for `time_to_live`; in virtual time"},
        ),
    ),
)

_RULES = Table(
    "Rules",
    "rule",
    (
        *documented(
            _ASSETS, **{"assets in one request": f"at most {MOST}, all or none, in order"}
        ),
        *documented(
            "T:transcoding-service/transcode-a-video.md",
            **{"`client_metadata`": f"at most {MOST_BYTES} bytes"},
        ),
        *inferred("INFER, DESIGN §6", **{"an asset may be deleted": "at any time, for good"}),
        *documented(_ASSETS, **{"deleting a folder": "deletes what lies in it (decision 12)"}),
        *documented(
            "T:live-stream-api/live-stream/schedule-a-live-stream.md",
            **{"a scheduled live stream": "never starts by itself"},
        ),
        *documented(
            "S4", **{"a webhook": "is sent when a status has changed; it chooses nothing"}
        ),
        *inferred(
            "INFER, DESIGN §6",
            **{
                "order of checks": "key, organisation, object, body",
                "order of lists": "newest first",
            },
        ),
        *invented(
            "GAP, DESIGN §6",
            **{
                "a webhook is accepted": "by any 2xx, in time; redirects are not followed",
                "videos of other platforms": "are assets too, with this platform's own defaults",
            },
        ),
    ),
)

TABLES = (_TIMINGS, _RULES)
