"""Which URLs a platform takes for a receiver or for a file to fetch; every pack asks here."""

import re
from urllib.parse import SplitResult, urlsplit

from telecine.shared.sending.hosts import NoHost, host_of

#: Characters that a URL may have; what common clients and proxies still carry.
MAX_URL = 2048

#: A host, which is in brackets if it has colons, and a port; `urlsplit` forgets what else there may be.
_PLACE = re.compile(r"(\[[\w:.%~-]+\]|[^:\[\]]+)(?::[0-9]{0,5})?")
_EXAMPLE = "http://localhost:8888/webhook"


def check_webhook_url(url: str) -> str | None:
    """Answer what is wrong with a URL and what to do, as a sentence without a subject; or None.

    Good is: http or https, a host, no user or password, at most 2048 characters, none of them a
    space or a control character. Whether anybody answers there is not asked.
    """
    if not url:
        return f"is empty; give a URL such as {_EXAMPLE}"
    if len(url) > MAX_URL:
        return f"has {len(url)} characters; shorten it to {MAX_URL}"
    if any(char in ' \\"<>`' or not char.isprintable() for char in url):
        return 'has a space, a control character or one of \\ " < > `; percent-encode it'
    try:
        return _check_parts(urlsplit(url))
    except ValueError as error:
        return f"is not a URL ({error}); give one such as {_EXAMPLE}"


def _check_parts(parts: SplitResult) -> str | None:
    if parts.scheme not in {"http", "https"}:
        return f"does not start with http:// or https://; give a URL such as {_EXAMPLE}"
    if "@" in parts.netloc:
        return "has a user name or password in it, which would be stored and shown; remove them"
    if not parts.hostname:
        return f"has no host; give a URL such as {_EXAMPLE}"
    if parts.port == 0:
        return "has port 0; use a port from 1 to 65535, or leave it out"
    place = _PLACE.fullmatch(parts.netloc)
    if place is None:
        raise ValueError("there is more than a host and a port before its path")
    try:
        host_of(place[1])
    except NoHost as error:
        return f"has a host that cannot exist ({error}); give a URL such as {_EXAMPLE}"
    return None
