"""One webhook as it goes over the wire: a head that nothing can be smuggled into, and the body."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from telecine.delivery.target import Target, Unsendable, target_of
from telecine.shared.sending.agent import USER_AGENT

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

    def wire(self) -> tuple[Target, bytes]:
        """Answer where it goes, and its bytes. Raises Unsendable."""
        target = target_of(self.url)
        return target, written(target, self.headers, self.body)


def form_of(target: Target, headers: Mapping[str, str], gaps: Collection[str]) -> str:
    """Answer the head of many webhooks as a printf form: a `%s` for each header named in `gaps`, and one
    for the length of the body. What fills a gap must be visible ASCII.

    Raises Unsendable as `written` does.
    """
    written(target, {name: "" if name in gaps else headers[name] for name in headers}, b"")
    gap = "\0"  # which stands nowhere else: that was seen to just now
    lines, _ = _form(tuple(headers))
    values = lines % tuple(gap if name in gaps else headers[name] for name in headers)
    head = f"{target.head}{values}{_authorization(target, lines)}\r\ncontent-length: {gap}\r\n\r\n"
    return head.replace("%", "%%").replace(gap, "%s")


def _authorization(target: Target, lines: str) -> str:
    """Answer the line of the URL's own credentials, unless there is one of the caller's."""
    return "" if "\r\nauthorization:" in lines.lower() else target.authorization


def written(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    """Answer a webhook's bytes.

    Raises Unsendable for a header that HTTP cannot carry, or that is the sender's own.
    """
    form, lines = _form(tuple(headers))
    values = form % tuple(headers.values())
    authorization = target.authorization and _authorization(target, form)
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
