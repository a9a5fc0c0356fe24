"""Where a webhook goes: its URL, taken apart once. Pure."""

import base64
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from telecine.shared.sending.hosts import NoHost, host_of

_URL = re.compile(
    r"(?P<scheme>https?)://(?:(?P<user>[^/?#@]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.%\w~-]+\]|[^/?#@:\[\]]+)(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_AS_IS = "".join(map(chr, range(0x21, 0x7F)))
_DEFAULTS = {"http": 80, "https": 443}


class Unsendable(ValueError):
    """What is asked for cannot be put into HTTP."""


class Origin(NamedTuple):
    """Whom a connection can be shared with: everything at one scheme, host and port."""

    scheme: str
    host: str  # a name in ASCII, or an IP address without brackets
    port: int
    is_name: bool

    @property
    def server_name(self) -> str:
        """The name that its certificate must bear."""
        return self.host.partition("%")[0].rstrip(".")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in the parts that a request is made of."""

    origin: Origin
    host: str  # what Host says
    head: str  # the request line and Host, without the last line's end
    authorization: str  # the line, begun by its line end, of the URL's own credentials; or empty


@lru_cache(maxsize=8192)
def target_of(url: str) -> Target:
    """Take a URL apart. Raises Unsendable, which says why nothing can be sent there.

    The path and the query go out to the letter, as a receiver may hold a signature over them; they
    are quoted only where HTTP cannot carry them.
    """
    if _CONTROL.search(url):
        raise Unsendable("the URL has a control character in it")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise Unsendable("the URL is not http://host/path or https://host/path")
    scheme = parts["scheme"].lower()
    try:
        host, is_name = host_of(parts["host"])
    except NoHost as error:
        raise Unsendable(str(error)) from error
    port = int(parts["port"] or _DEFAULTS[scheme])
    if not 0 < port < 65536:
        raise Unsendable(f"{port} is not a port")
    shown = f"[{host.partition('%')[0]}]" if ":" in host else host
    where = shown if port == _DEFAULTS[scheme] else f"{shown}:{port}"
    path = quote((parts["path"] or "/") + (parts["query"] or ""), safe=_AS_IS)
    head = f"POST {path} HTTP/1.1\r\nhost: {where}"
    return Target(Origin(scheme, host, port, is_name), where, head, _basic(parts["user"]))


def _basic(user: str | None) -> str:
    if not user:
        return ""
    name, _, password = user.partition(":")
    pair = unquote_to_bytes(name) + b":" + unquote_to_bytes(password)
    return f"\r\nauthorization: Basic {base64.b64encode(pair).decode()}"
