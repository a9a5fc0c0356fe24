"""What is seen of one attempt while it happens; at its end it becomes an outcome."""

from dataclasses import dataclass, field

from telecine.delivery.outcome import Failure, Outcome, Timings, kept_headers, label


@dataclass(slots=True)
class Marks:
    """The moments of one exchange, in seconds of a monotonic clock; None: did not happen."""

    wanted: float | None = None  # no idle connection: a new one is wanted
    named: bool = False  # the host is a name, so an address had to be found
    opened: float | None = None  # the first address is known, its socket connects
    handshaking: float | None = None  # TCP stands, TLS begins
    ready: float | None = None  # the request may be written
    first_byte: float | None = None  # of the answer
    ended: float | None = None  # the answer is whole, or will never be


@dataclass(slots=True)
class Recording:
    """Filled in by whatever carries the attempt and by the reading of its answer."""

    started: float
    marks: Marks = field(default_factory=Marks)
    tried: list[str] = field(default_factory=list)  # the addresses of every socket opened
    peer: str | None = None  # where a connection stands
    reused: bool = False
    status: int | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytearray = field(default_factory=bytearray)
    truncated: bool = False
    length: int | None = None

    @property
    def is_stale(self) -> bool:
        """The connection was an idle one, and not a byte of the answer came over it."""
        return self.reused and self.marks.first_byte is None

    def start_over(self) -> None:
        """Forget the exchange over a stale connection; the next one must be over a fresh one."""
        self.marks, self.peer, self.reused = Marks(), None, False

    def answered(self, status: int, reason: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        """The answer's head is here."""
        self.status = status
        self.reason = label(status, reason)
        self.headers = kept_headers(headers)

    def outcome(self, failure: Failure | None) -> Outcome:
        marks = self.marks
        assert marks.ended is not None, "an outcome is of what has ended"  # noqa: S101
        return Outcome(
            status=self.status,
            reason=self.reason,
            headers=self.headers,
            body=bytes(self.body),
            truncated=self.truncated,
            length=self.length if self.status is not None else None,
            error=failure.error if failure else None,
            message=failure.message if failure else "",
            address=self.peer,
            reused=self.reused,
            timings=timings(marks, self.started, marks.ended),
        )


def timings(marks: Marks, started: float, now: float) -> Timings:
    """The spans between the moments."""
    connected = marks.ready if marks.handshaking is None else marks.handshaking
    return Timings(
        dns_ms=_milliseconds(marks.wanted, marks.opened) if marks.named else None,
        connect_ms=_milliseconds(marks.opened, connected),
        tls_ms=_milliseconds(marks.handshaking, marks.ready),
        first_byte_ms=_milliseconds(marks.ready, marks.first_byte),
        total_ms=(now - started) * 1000,
    )


def _milliseconds(begin: float | None, end: float | None) -> float | None:
    return None if begin is None or end is None else (end - begin) * 1000
