"""Where a video would be watched: links of the documented form on a host that does not exist.

The simulator plays nothing, so links must lead nowhere, and never to somebody's real network.
Signatures have the documented form (upstream-api.md, B3) and are checked by nobody.
"""

from urllib.parse import quote_plus

from telecine.shared.ids import hex_of

#: `.example` is reserved (RFC 2606): no name server answers.
HOST = "https://media.tpstreams.example"
_KEY_PAIR = "TELECINE"
#: Where a live stream's broadcast would go to.
RTMP = "rtmp://live.tpstreams.example/live"


def stream(video_id: str, file: str, *, encrypted: bool) -> str:
    """Answer the link of a manifest; AES-encrypted videos lie in a folder of their own."""
    folder = "transcoded_private" if encrypted else "transcoded"
    return f"{HOST}/{folder}/{video_id}/{file}"


def signed(url: str, expires: int) -> str:
    """Answer a link that is good until `expires` (Unix seconds, virtual time)."""
    mark = "&" if "?" in url else "?"
    signature = hex_of(url, expires)
    return f"{url}{mark}Expires={expires}&Signature={signature}&Key-Pair-Id={_KEY_PAIR}"


def live(org: str, live_id: str) -> str:
    """Answer the link of a live stream's manifest."""
    return f"{HOST}/live/{org}/{live_id}/video.m3u8"


def chat(org: str, live_id: str) -> str:
    """Answer the link of a live stream's chat."""
    return f"https://app.tpstreams.example/live-chat/{org}/{live_id}/"


def embed(org: str, asset_id: str, code: str) -> str:
    """Answer the link of a page that plays an asset for the holder of an access token."""
    return f"https://app.tpstreams.example/embed/{org}/{asset_id}/?access_token={code}"


def stream_key(org: str, live_id: str) -> str:
    """Answer the key that a broadcaster would send; nobody asks for it here, so it guards nothing."""
    return f"org-{org}-live-{live_id}-{hex_of(live_id, 'stream key')[:4]}"


def stored(video_id: str) -> str:
    """Answer the path under which the platform keeps an uploaded file."""
    return f"private/{video_id}.mp4"


def download(video_id: str, title: str, expires: int) -> str:
    """Answer the link of the file itself, which saves it under the video's title."""
    attachment = quote_plus(f"attachment; filename={title.removesuffix('.mp4')}.mp4")
    return signed(f"{HOST}/{stored(video_id)}?response-content-disposition={attachment}", expires)
