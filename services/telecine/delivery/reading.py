"""Reads a receiver's answers, a connection's worth, and believes none of it. No I/O here.

httptools parses; what it leaves to its caller is decided here: how much of everything is enough,
which framings count, where an answer ends that says nothing of its end.
"""

from typing import NoReturn

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from telecine.delivery.outcome import BODY_CAP
from telecine.delivery.recording import NOTHING, Answer

MAX_HEADERS = 128  # of an answer, with its interim answers and trailers; one more is an error
MAX_LINE = 8190  # bytes of its status line's label, and of one header
MAX_HEAD = 64 * 1024  # bytes before the body begins
MAX_WIRE = 256 * 1024  # bytes in all: of 16 KiB in chunks of one byte each, 96 are enough
MAX_INTERIM = 16  # answers 1xx before the answer
MAX_LENGTH = 2**63 - 1  # what a store can keep of a told length

_BEGIN = b"HTTP/1."
_FAMILIAR_CAP = 1024  # bytes of an answer that is remembered


class BadAnswer(Exception):
    """What came is not HTTP, or more than is taken."""


class Reading:
    """Reads one answer after the other.

    After each `feed`: `done` says that the answer has ended (`answer.truncated`: that it was cut),
    `reusable` that the connection is good for one more, `unasked` that something came behind.
    """

    __slots__ = (
        "_bodiless",
        "_chunked",
        "_familiar",
        "_fields",
        "_in_body",
        "_interim",
        "_label",
        "_lines",
        "_parser",
        "_said",
        "_seen",
        "_told",
        "_why",
        "answer",
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
        self.answer = NOTHING
        self.done = self.reusable = self.unasked = False
        self._said: bytes | None = None
        self._familiar = NOTHING

    def begin(self, data: bytes) -> None:
        """Read the first that came of an answer. The one before has ended, and was `reusable`.

        Most receivers say the same each time. What they say, from beginning to end, means what it
        meant the last time, and is not read again. Raises BadAnswer.
        """
        if data == self._said:
            self.answer = self._familiar
            self.done = self.reusable = True
            self.unasked = False
            return
        self.answer = Answer()
        self._label, self._why = b"", ""
        self._fields: list[tuple[bytes, bytes]] = []
        self._seen = self._lines = self._interim = 0
        self._told: int | None = None  # the body's length
        self._in_body = self._chunked = self._bodiless = False
        self.done = self.reusable = self.unasked = False
        self.feed(data)
        if self.reusable and not self.unasked and len(data) <= _FAMILIAR_CAP:
            self._said, self._familiar = data, self.answer

    def feed(self, data: bytes) -> None:
        """Read what came next. Raises BadAnswer; `answer` keeps what had come before it."""
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
        if self._in_body and not (self._chunked or self._bodiless) and self.answer.length is None:
            self._finish()
        return self.done

    def close(self) -> None:
        """Read nothing any more. Parser and reading hold each other, and would wait to be collected."""
        del self._parser

    def _check_opening(self, data: bytes) -> None:
        """The parser would take RTSP for an answer, and every version of HTTP."""
        expected = _BEGIN[self._seen :]
        if data[: len(expected)] != expected[: len(data)]:
            raise BadAnswer(f"it begins with {data[:20]!r} where {_BEGIN.decode()} is due")

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
            raise BadAnswer(self._why or str(error)) from None

    def _refuse(self, why: str) -> NoReturn:
        """End the parser, from within what it calls."""
        self._why = why
        raise BadAnswer(why)

    def _finish(self) -> None:
        self.done = True
        if self.answer.length is None:
            self.answer.length = len(self.answer.body)

    # ---- what the parser calls

    def on_message_begin(self) -> None:
        if self.done:
            self.unasked = True

    def on_status(self, label: bytes) -> None:
        self._label += label
        if len(self._label) > MAX_LINE:
            self._refuse(f"its status line has more than {MAX_LINE} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._lines += 1
        if self._lines > MAX_HEADERS:
            self._refuse(f"it has more than {MAX_HEADERS} headers")
        if len(name) + len(value) > MAX_LINE:
            self._refuse(f"a header has more than {MAX_LINE} bytes")
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
            self._refuse(f"a content-length of {length}")
        self._told = length

    def _coding_told(self, name: bytes, value: bytes) -> None:
        """Only the one coding that needs no asking, once, spelt so that all read it alike."""
        if self._chunked or name[-1:] == b" " or value.strip().lower() != b"chunked":
            self._refuse(f"a transfer-encoding of {value[:40]!r} that was not asked for")
        self._chunked = True

    def on_headers_complete(self) -> None:
        if self.done:
            return
        status = self._parser.get_status_code()
        if status < 100:
            self._refuse(f"a status of {status:03}")
        if self._interim and not self._parser.get_http_version().startswith("1."):
            self._refuse(f"version {self._parser.get_http_version()} of HTTP")
        if status < 200 and status != 101:
            self._interim += 1
            if self._interim > MAX_INTERIM:
                self._refuse(f"more than {MAX_INTERIM} interim answers")
            return
        self._in_body = True
        self._bodiless = status in {101, 204, 304}
        self.answer.length = 0 if self._bodiless else self._told
        self.answer.begins(status, self._label, self._fields)

    def on_body(self, data: bytes) -> None:
        if self.done:
            return
        answer = self.answer
        has = answer.goes_on(data)
        if has > BODY_CAP or (has == BODY_CAP and (answer.length or 0) > BODY_CAP):
            answer.body = answer.body[:BODY_CAP]
            answer.truncated = self.done = True
            self._refuse("")  # ends the parser: `done` says that all is well

    def on_message_complete(self) -> None:
        if self.done:
            return
        if not self._in_body:  # an interim answer
            self._label, self._fields = b"", []
            self._told, self._chunked = None, False
            return
        self.reusable = self._parser.should_keep_alive() and self.answer.status != 101
        self._finish()
