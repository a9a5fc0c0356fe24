"""One webhook as it goes over the wire: a head that nothing can be smuggled into, and the body."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

from telecine.delivery.target import Target, Unsendable

USER_AGENT = f"Telecine/{version('telecine')}"

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, 5.6.2
_CONTROLS = bytes((*range(9), *range(10, 32), 127))
#: The sender's own: they say where the request ends and what becomes of the connection.
_OURS = re.compile(
    "connection|content-length|expect|host|keep-alive|proxy-connection|te|trailer"
    "|transfer-encoding|upgrade",
    re.IGNORECASE,
)
_FRAME = 4  # lines: the request line, Host, Content-Length, the empty one


@dataclass(
    slots=True
)  # not frozen, since one is made for each attempt: that would cost the double
class WebhookRequest:
    """What is to be sent. The body is sent as it is; it must stay below 1 MiB, as on NATS."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float  # seconds: one deadline over DNS, connect, TLS, headers and body


def written(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    """Answer a webhook's bytes.

    Raises Unsendable for a header that HTTP cannot carry, or that is the sender's own.
    """
    form, lines = _form(tuple(headers))
    values = form % tuple(headers.values())
    authorization = target.authorization
    if authorization and "\r\nauthorization:" in form.lower():
        authorization = ""  # the caller's own goes first
    try:
        head = (
            f"{target.head}{values}{authorization}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        )
    except UnicodeEncodeError as error:
        raise Unsendable(f"a header's value is not text: {error.reason}") from error
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls != 2 * (_FRAME + lines + bool(authorization)):  # each line's CR and LF
        raise Unsendable(f"header {_culprit(headers)} has a control character in its value")
    return head + body


@lru_cache(maxsize=1024)
def _form(names: Iterable[str]) -> tuple[str, int]:
    """Answer the lines of headers with these names, without the values, and how many they are."""
    for name in names:
        if not _TOKEN.fullmatch(name):
            raise Unsendable(f"{name!r} is no name for a header")
        if _OURS.fullmatch(name):
            raise Unsendable(f"header {name} is written by the sender alone")
    lines = [f"\r\n{name.replace('%', '%%')}: %s" for name in names]
    if "user-agent" not in (name.lower() for name in names):
        lines.append(f"\r\nuser-agent: {USER_AGENT}")
    return "".join(lines), len(lines)


def _culprit(headers: Mapping[str, str]) -> str:
    return next(
        name
        for name, value in headers.items()
        if len(value.encode().translate(None, _CONTROLS)) != len(value.encode())
    )
