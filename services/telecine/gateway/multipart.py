"""Reading `multipart/form-data` (RFC 7578) as it comes, piece by piece, without keeping a file in memory.

Pure: bytes go in, events come out, however the bytes were cut on their way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

#: Bytes that the headers of one part may have, and the boundary (RFC 2046).
_MOST_HEADERS = 16 * 1024
_MOST_BOUNDARY = 70


class Malformed(ValueError):
    """The body is no well-formed form."""


@dataclass(frozen=True)
class Begun:
    """A field begins; a file has a `filename`, which may be empty."""

    name: str
    filename: str | None


@dataclass(frozen=True)
class Piece:
    """Bytes of the field that has begun last."""

    data: bytes


@dataclass(frozen=True)
class Ended:
    """The field is over."""


Event = Begun | Piece | Ended


def boundary_of(content_type: str) -> bytes | None:
    """Answer the boundary that a Content-Type names; None if it is of no form, or names none."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        return None
    known = boundary.isascii() and 0 < len(boundary) <= _MOST_BOUNDARY
    return boundary.encode() if known else None


class Form:
    """A form that is being read. `over` once its last boundary has come."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._held = b"\r\n"  # the first boundary may stand at the very beginning
        self._step = self._preamble
        self.over = False

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield what these bytes bring. Raises Malformed."""
        self._held += data
        while not self.over:
            before, step = len(self._held), self._step
            yield from step()
            if len(self._held) == before and self._step == step:
                return  # more must come first

    def _preamble(self) -> Iterator[Event]:
        at = self._held.find(self._delimiter)
        if at >= 0:
            self._held = self._held[at + len(self._delimiter) :]
            self._step = self._behind_boundary
        else:
            self._held = self._held[-len(self._delimiter) :]
        return iter(())

    def _behind_boundary(self) -> Iterator[Event]:
        """`--` ends the form, the end of the line begins a field."""
        if len(self._held) < 2:
            return
        if self._held.startswith(b"--"):
            self.over, self._held = True, b""
            return
        line, found, rest = self._held.partition(b"\r\n")
        odd = line.strip(b" \t") and (found or len(line) > 1)
        if odd or len(line) > _MOST_HEADERS:
            raise Malformed("a boundary is followed by something else than the end of its line")
        if found:
            self._held, self._step = rest, self._headers
        yield from ()

    def _headers(self) -> Iterator[Event]:
        if self._held.startswith(b"\r\n"):
            raise Malformed("a field has no Content-Disposition")
        head, found, rest = self._held.partition(b"\r\n\r\n")
        if len(head) > _MOST_HEADERS:
            raise Malformed(f"the headers of a field have more than {_MOST_HEADERS} bytes")
        if found:
            self._held, self._step = b"\r\n" + rest, self._content_begins
            yield _begun(head)

    def _content_begins(self) -> Iterator[Event]:
        """An empty field's boundary uses up the line end of its headers, which we put back for that."""
        if len(self._held) < len(self._delimiter):
            if not self._delimiter.startswith(self._held):
                self._held, self._step = self._held[2:], self._content
            return
        if not self._held.startswith(self._delimiter):
            self._held = self._held[2:]
        self._step = self._content
        yield from ()

    def _content(self) -> Iterator[Event]:
        at = self._held.find(self._delimiter)
        if at >= 0:
            if at:
                yield Piece(self._held[:at])
            yield Ended()
            self._held = self._held[at + len(self._delimiter) :]
            self._step = self._behind_boundary
            return
        sure = len(self._held) - len(self._delimiter) + 1  # the rest may be a boundary's beginning
        if sure > 0:
            yield Piece(self._held[:sure])
            self._held = self._held[sure:]


def _begun(head: bytes) -> Begun:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-disposition":
            return _field(value.strip())
    raise Malformed("a field has no Content-Disposition")


def _field(value: bytes) -> Begun:
    try:
        header = Message()
        header["content-disposition"] = value.decode()
        name = header.get_param("name", header="content-disposition")
        filename = header.get_param("filename", header="content-disposition")
    except ValueError as error:
        raise Malformed("a Content-Disposition cannot be read") from error
    if header.get_content_disposition() != "form-data" or not isinstance(name, str):
        raise Malformed("a Content-Disposition is no form-data with a name")
    return Begun(name, filename if isinstance(filename, str) else None)
