"""Reads a receiver's answers, a connection's worth, and believes none of it. No I/O here.

httptools parses; what it leaves to its caller is decided here: how much of everything is enough,
which framings count, where an answer ends that says nothing of its end.
"""

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from telecine.delivery.outcome import BODY_CAP
from telecine.delivery.recording import Recording

MAX_HEADERS = 128  # of an answer, with its interim answers and trailers; one more is an error
MAX_LINE = 8190  # bytes of its status line's label, and of one header
MAX_HEAD = 64 * 1024  # bytes before the body begins
MAX_WIRE = 256 * 1024  # bytes in all: of 16 KiB in chunks of one byte each, 96 are enough
MAX_INTERIM = 16  # answers 1xx before the answer
MAX_LENGTH = 2**63 - 1  # what a store can keep of a told length

_BEGIN = b"HTTP/1."


class BadAnswer(Exception):
    """What came is not HTTP, or more than is taken."""


class Reading:
    """Reads one answer after the other into recordings.

    After each `feed`: `done` says that the answer has ended (`recording.truncated`: that it was
    cut), `reusable` that the connection is good for one more, `unasked` that something came behind.
    """

    __slots__ = (
        "_bodiless",
        "_chunked",
        "_fields",
        "_in_body",
        "_interim",
        "_label",
        "_lines",
        "_opening",
        "_parser",
        "_recording",
        "_seen",
        "done",
        "reusable",
        "unasked",
    )

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        # As browsers read: control characters within values, bare line feeds, "5 \r\n" for a chunk.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    def begin(self, recording: Recording) -> None:
        """Read the next answer into a recording. The one before has ended, and is `reusable`."""
        self._recording = recording
        self._opening = b""
        self._label = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._seen = self._lines = self._interim = 0
        self._in_body = self._chunked = self._bodiless = False
        self.done = self.reusable = self.unasked = False

    def feed(self, data: bytes) -> None:
        """Read what came. Raises BadAnswer; what had come before it stays in the recording."""
        if self._seen < len(_BEGIN):
            self._check_opening(data)
        self._seen += len(data)
        if self._in_body:
            if self._seen > MAX_WIRE:
                raise BadAnswer(f"{MAX_WIRE} bytes have come, and of a body too little")
            self._parse(data)
        elif self._seen <= MAX_HEAD:
            self._parse(data)
        else:
            self._feed_to_the_limit(data, MAX_HEAD - self._seen + len(data))

    def end(self) -> bool:
        """Nothing more comes; answers whether that is an answer's good end."""
        if self._in_body and not (self._chunked or self._bodiless) and self._untold:
            self._finish()
        return self.done

    @property
    def _untold(self) -> bool:
        return self._recording.length is None

    def _check_opening(self, data: bytes) -> None:
        """The parser would take RTSP for an answer, and every version of HTTP."""
        opening = self._opening = (self._opening + data[: len(_BEGIN)])[: len(_BEGIN)]
        if not _BEGIN.startswith(opening):
            raise BadAnswer(f"it begins with {opening!r} instead of {_BEGIN.decode()}")

    def _feed_to_the_limit(self, data: bytes, room: int) -> None:
        self._parse(data[:room])
        if not self._in_body and not self.done:
            raise BadAnswer(f"its head has more than {MAX_HEAD} bytes")
        self._parse(data[room:])

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            if self.done:  # the answer was good, whatever follows it
                self.unasked = True
                return
            ours = error.__context__
            raise ours if isinstance(ours, BadAnswer) else BadAnswer(str(error)) from error

    def _finish(self) -> None:
        self.done = True
        if self._recording.length is None:
            self._recording.length = len(self._recording.body)

    # ---- what the parser calls

    def on_message_begin(self) -> None:
        if self.done:
            self.unasked = True

    def on_status(self, label: bytes) -> None:
        self._label += label
        if len(self._label) > MAX_LINE:
            raise BadAnswer(f"its status line has more than {MAX_LINE} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._lines += 1
        if self._lines > MAX_HEADERS:
            raise BadAnswer(f"it has more than {MAX_HEADERS} headers")
        if len(name) + len(value) > MAX_LINE:
            raise BadAnswer(f"a header has more than {MAX_LINE} bytes")
        if self._in_body or self.done:
            return  # a trailer, or of an answer that nobody asked for
        self._fields.append((name, value))
        match len(name):  # of most names the length says already that they are not these
            case 14 if name.lower() == b"content-length":
                self._length_told(int(value))
            case 17 | 18 if name.lower().strip() == b"transfer-encoding":
                self._coding_told(name, value)

    def _length_told(self, length: int) -> None:
        if length > MAX_LENGTH:
            raise BadAnswer(f"a content-length of {length}")
        self._recording.length = length

    def _coding_told(self, name: bytes, value: bytes) -> None:
        """Only the one coding that needs no asking, once, spelt so that all read it alike."""
        if self._chunked or name[-1:] == b" " or value.strip().lower() != b"chunked":
            raise BadAnswer(f"a transfer-encoding of {value[:40]!r} that was not asked for")
        self._chunked = True

    def on_headers_complete(self) -> None:
        if self.done:
            return
        status = self._parser.get_status_code()
        if status < 100:
            raise BadAnswer(f"a status of {status:03}")
        if self._interim and not self._parser.get_http_version().startswith("1."):
            raise BadAnswer(f"version {self._parser.get_http_version()} of HTTP")
        if status < 200 and status != 101:
            self._interim += 1
            if self._interim > MAX_INTERIM:
                raise BadAnswer(f"more than {MAX_INTERIM} interim answers")
            return
        self._in_body = True
        self._bodiless = status in {101, 204, 304}
        recording = self._recording
        if self._bodiless:
            recording.length = 0
        recording.answered(status, self._label, self._fields)

    def on_body(self, data: bytes) -> None:
        if self.done:
            return
        body = self._recording.body
        body += data
        if len(body) > BODY_CAP:
            del body[BODY_CAP:]
            self._recording.truncated = self.done = True
            raise BadAnswer("cut")  # ends the parser: `done` says that all is well

    def on_message_complete(self) -> None:
        if self.done:
            return
        if not self._in_body:  # an interim answer
            self._label, self._fields = b"", []
            self._recording.length, self._chunked = None, False
            return
        self.reusable = self._parser.should_keep_alive() and self._recording.status != 101
        self._finish()
