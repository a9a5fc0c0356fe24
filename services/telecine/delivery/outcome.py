"""What one attempt to send a webhook came to: a value, whatever the receiver did."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from telecine.shared.contracts.delivery import ErrorClass

BODY_CAP = 16 * 1024  # bytes of an answer's body that are read and kept
HEADERS_CAP = 16 * 1024  # bytes of an answer's header names and values that are kept, as UTF-8
TEXT_CAP = 300  # characters of a reason or a message


# Not frozen, unlike other values: one of each is made for every attempt, and to make a frozen one
# costs seven times as much.
@dataclass(slots=True)
class Timings:
    """How long each phase took, in milliseconds of wall time; None for one that did not complete.

    A reused connection has no `dns_ms`, `connect_ms` and `tls_ms`; a URL with an IP address has
    no `dns_ms`, one without TLS no `tls_ms`. `first_byte_ms` runs from the moment the connection
    was ready to the answer's first byte. The phases are those of the connection that was last
    used, `total_ms` is everything.
    """

    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None
    total_ms: float


@dataclass(slots=True)
class Outcome:
    """The value an attempt returns; a failed one is a value too, never an exception.

    `error` is None exactly when a 2xx came whole (or up to the cap). A status may stand beside
    an error: the answer began, and then the deadline passed or the connection broke.
    """

    status: int | None  # None: no answer came
    reason: str  # the status label, "OK"; "" without an answer
    headers: tuple[tuple[str, str], ...]  # the answer's, in order, the first HEADERS_CAP bytes
    body: bytes  # as received (never decompressed), at most BODY_CAP bytes
    truncated: bool  # there was more than the cap, and it was not read
    length: int | None  # of the whole body as told or as read to its end; None: not known
    error: ErrorClass | None
    message: str  # one sentence for a person; "" on success
    address: str | None  # "IP:port" that was talked to, or tried last; None if there was none
    reused: bool  # the connection had carried a webhook before
    timings: Timings
    ours: bool = False  # it failed for what this machine lacks, which says nothing of the receiver

    @property
    def success(self) -> bool:
        return self.error is None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt did not succeed: its class for policies, a sentence for people."""

    error: ErrorClass
    message: str
    ours: bool = False  # what this machine lacks, and none of the receiver's doing


def judged(status: int, reason: str) -> Failure | None:
    """Only 2xx is success (Standard Webhooks 1.0.0); every 3xx is the class "redirect"."""
    if 200 <= status <= 299:
        return None
    answer = f"answered {status} {reason}".rstrip()
    if 300 <= status <= 399:
        return Failure("redirect", f"{answer}, and redirects are not followed")
    return Failure("status", answer)


@lru_cache(maxsize=1024)
def label(status: int, reason: bytes) -> str:
    """The status line's label; the standard one if the receiver sent none."""
    if reason:
        return legible(reason)[:TEXT_CAP]
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def kept_headers(raw: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """The leading headers that fit into HEADERS_CAP, as text that any store takes.

    Retry-After is the one that is obeyed, so it is counted before the others, wherever it stands.
    """
    all_ = [(legible(name), legible(value)) for name, value in raw]
    sizes = [bytes_of(name) + bytes_of(value) for name, value in all_]
    if sum(sizes) <= HEADERS_CAP:
        return tuple(all_)
    kept: set[int] = set()
    room = HEADERS_CAP
    for at in sorted(range(len(all_)), key=lambda at: all_[at][0].lower() != "retry-after"):
        room -= sizes[at]
        if room < 0:
            break
        kept.add(at)
    return tuple(each for at, each in enumerate(all_) if at in kept)


def bytes_of(text: str) -> int:
    """Answer how long a text is in UTF-8, where each byte that was garbled takes three."""
    return len(text) if text.isascii() else len(text.encode())


def legible(raw: bytes) -> str:
    """A receiver's bytes as text that can be shown: what is no character to see becomes U+FFFD.

    It ends up in SQL text, in logs and on pages: PostgreSQL refuses NUL, terminals obey controls, and
    a text that turns its direction shows what it does not say. A tab stays.
    """
    text = raw.decode("utf-8", "replace")
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\t" else "\ufffd" for each in text)
