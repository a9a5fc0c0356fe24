"""A link to the bytes that somebody uploaded, which says until when it is good and who made it. Pure.

Its time is the house's (virtual) time, like every other that the house tells; the signature is made
with a key of the organisation, so that nobody else can make one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest, new
from urllib.parse import urlencode

#: Seconds that a link is good for; the documented default.
GOOD_FOR = 1800
_LONGEST_NUMBER = 12


@dataclass(frozen=True)
class Link:
    """Which video's bytes, whose, and until when (Unix seconds)."""

    org: str
    video_id: str
    expires: int

    def query(self, key: str) -> str:
        """Answer the link's query string, signed."""
        signature = _signature(self, key)
        return urlencode({"org": self.org, "expires": self.expires, "signature": signature})


def link_of(video_id: str, query: Mapping[str, str]) -> Link | None:
    """Read a link; None if it is none of ours."""
    expires = query.get("expires", "")
    if not (expires.isascii() and expires.isdigit() and len(expires) <= _LONGEST_NUMBER):
        return None
    return Link(query.get("org", ""), video_id, int(expires))


def problem(link: Link, signature: str, keys: Sequence[str], now: datetime) -> str | None:
    """Answer why a link does not lead anywhere (any more), or None if it does."""
    given = signature.encode()
    good = [compare_digest(_signature(link, key).encode(), given) for key in keys]
    if not any(good):
        return "this link was not made by the house; ask for another at src_download"
    if link.expires <= now.timestamp():
        return "this link has expired; ask for another at src_download"
    return None


def _signature(link: Link, key: str) -> str:
    content = f"source\n{link.org}\n{link.video_id}\n{link.expires}"
    return new(key.encode(), content.encode(), sha256).hexdigest()
