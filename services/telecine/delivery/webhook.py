"""One webhook as it goes over the wire: a head that nothing can be smuggled into, and the body."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
_KNOWN_CAP = 1024


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """What is to be sent. The body is sent as it is; it must stay below 1 MiB, as on NATS."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float  # seconds: one deadline over DNS, connect, TLS, headers and body


class Writing:
    """Writes the heads of webhooks. Knows the header names that it has seen: they are few."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def head(self, target: Target, headers: Mapping[str, str], length: int) -> bytes:
        """Answer the head of a webhook with `length` bytes of body.

        Raises Unsendable for a header that HTTP cannot carry, or that is the sender's own.
        """
        known = self._known
        parts = []
        for name, value in headers.items():
            parts.append(known.get(name) or self._begun(name))
            parts.append(value)
        block = _encoded("".join(parts))
        # Each header has begun with CR LF: what else there is of control characters came with a value.
        if len(block) - len(block.translate(None, _CONTROLS)) != len(parts):
            raise Unsendable(f"header {_culprit(headers)} has a control character in its value")
        if "user-agent" not in headers and not _has(headers, "user-agent"):
            block += b"\r\nuser-agent: " + USER_AGENT.encode()
        if target.authorization is not None and not _has(headers, "authorization"):
            block += b"\r\nauthorization: " + target.authorization
        return b"%b%b\r\ncontent-length: %d\r\n\r\n" % (target.head, block, length)

    def _begun(self, name: str) -> str:
        """A header's line as far as its value, if the name may be there at all."""
        if not _TOKEN.fullmatch(name):
            raise Unsendable(f"{name!r} is no name for a header")
        if _OURS.fullmatch(name):
            raise Unsendable(f"header {name} is written by the sender alone")
        if len(self._known) >= _KNOWN_CAP:
            self._known.clear()
        self._known[name] = begun = f"\r\n{name}: "
        return begun


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Unsendable(f"a header's value is not text: {error.reason}") from error


def _culprit(headers: Mapping[str, str]) -> str:
    return next(
        name
        for name, value in headers.items()
        if len(value.encode().translate(None, _CONTROLS)) != len(value.encode())
    )


def _has(headers: Mapping[str, str], name: str) -> bool:
    return any(each.lower() == name for each in headers)
