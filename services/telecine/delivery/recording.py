"""What is seen of one attempt while it happens; at its end it becomes an outcome.

The class attributes are the defaults: what did not happen costs nothing to record.
"""

from telecine.delivery.outcome import Failure, Outcome, Timings, kept_headers, label


class Answer:
    """An answer, as far as it has come."""

    status: int = 0  # 0: its head has not come yet
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | bytearray = b""
    truncated: bool = False
    length: int | None = None

    def begins(self, status: int, reason: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        """Its head is here."""
        self.status = status
        self.reason = label(status, reason)
        self.headers = kept_headers(headers)

    def goes_on(self, data: bytes) -> int:
        """Some of its body is here; answers how many bytes there are in all."""
        body = self.body
        if not body:
            self.body = data
        elif isinstance(body, bytearray):
            body += data
        else:
            self.body = bytearray(body) + data
        return len(self.body)


NOTHING = Answer()  # has come yet


class Recording:
    """Filled in by whatever carries the attempt. Moments are seconds of a monotonic clock."""

    wanted: float | None = None  # no idle connection: a new one is wanted
    named: bool = False  # the host is a name, so an address had to be found
    opened: float | None = None  # the first address is known, its socket connects
    handshaking: float | None = None  # TCP stands, TLS begins
    ready: float | None = None  # the request may be written
    first_byte: float | None = None  # of the answer
    tried: str | None = None  # the address of the last socket opened
    peer: str | None = None  # where a connection stands
    reused: bool = False
    answer: Answer = NOTHING

    def __init__(self, started: float) -> None:
        self.started = started

    @property
    def is_stale(self) -> bool:
        """The connection was an idle one, and not a byte of the answer came over it."""
        return self.reused and self.first_byte is None

    def outcome(self, failure: Failure | None, ended: float) -> Outcome:
        """Answer what it has come to at a moment."""
        answer = self.answer
        return Outcome(
            answer.status or None,
            answer.reason,
            answer.headers,
            bytes(answer.body),
            answer.truncated,
            answer.length,
            failure.error if failure else None,
            failure.message if failure else "",
            self.peer or self.tried,
            self.reused,
            timings(self, ended),
            failure is not None and failure.ours,
        )


def timings(of: Recording, ended: float) -> Timings:
    """The spans between the moments."""
    ready, first_byte = of.ready, of.first_byte
    waited = None if ready is None or first_byte is None else (first_byte - ready) * 1000
    total = (ended - of.started) * 1000
    if of.wanted is None:  # nothing was made for it
        return Timings(None, None, None, waited, total)
    connected = ready if of.handshaking is None else of.handshaking
    return Timings(
        _milliseconds(of.wanted, of.opened) if of.named else None,
        _milliseconds(of.opened, connected),
        _milliseconds(of.handshaking, ready),
        waited,
        total,
    )


def _milliseconds(begin: float | None, end: float | None) -> float | None:
    return None if begin is None or end is None else (end - begin) * 1000
