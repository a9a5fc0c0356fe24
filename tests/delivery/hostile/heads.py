"""What can stand where an answer's head should."""

import asyncio

from tests.delivery.hostile.behaviour import Hostile
from tests.delivery.receivers import OK, Script, Wire, answer, answering, dripping, once

BAD = "the answer is not good HTTP: "
#: A date that Python's own reader of dates raises OverflowError over.
FOR_EVER = "Fri, 31 Dec 99999999999999999999 23:59:59 GMT"


def endless(begin: bytes, more: bytes) -> Script:
    """Begin, and go on for ever."""

    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.say(begin)
        while True:
            await wire.say(more)
            await asyncio.sleep(0)

    return script


def bad(name: str, *said: bytes, says: str = "") -> Hostile:
    """Something that is no answer at all."""
    return Hostile(name, once(*said), "protocol", says=BAD + says)


def asking(name: str, wish: str) -> Hostile:
    """A good answer that asks for what nobody can obey."""
    said = answer(503, "Busy", f"Retry-After: {wish}")
    return Hostile(name, once(said), "status", 503, "answered 503 Busy", length=0, kept=True)


def framed(name: str, *lines: str, says: str = "") -> Hostile:
    """A head whose lines do not agree on where the answer ends."""
    head = "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""])
    return bad(name, head.encode("latin-1") + b"ok", says=says)


BEHAVIOURS = [
    bad("says garbage", b"\x00\xff\x16\x03\x01 good morning\r\n\r\n", says="it begins with"),
    bad("is an SSH server", b"SSH-2.0-OpenSSH_9.7\r\n", says="it begins with b'SSH-2.0"),
    bad("speaks HTTP/0.9", b"<html>hello</html>", says="it begins with b'<html>"),
    bad("speaks HTTP/2", bytes.fromhex("00001204000000000000"), says="it begins with"),
    bad("claims HTTP/2.0", b"HTTP/2.0 200 OK\r\n\r\n", says="it begins with b'HTTP/2.0"),
    bad("claims HTTP/1.9", b"HTTP/1.9 200 OK\r\n\r\n"),
    bad("speaks RTSP", b"RTSP/1.0 200 OK\r\n\r\n", says="it begins with b'RTSP"),
    bad("speaks TLS on a plain port", bytes.fromhex("15030100020246"), says="it begins with"),
    bad("begins with empty lines", b"\r\n\r\n" + OK, says="it begins with"),
    bad("sends a request", b"POST / HTTP/1.1\r\nHost: you\r\n\r\n", says="it begins with"),
    bad(
        "answers status 000",
        answer(0, "Nothing").replace(b" 0 ", b" 000 "),
        says="a status of 000",
    ),
    bad("answers status 20", b"HTTP/1.1 20 OK\r\n\r\n"),
    bad("answers status 99999", b"HTTP/1.1 99999 Many\r\n\r\n"),
    bad("answers status -200", b"HTTP/1.1 -200 OK\r\n\r\n"),
    Hostile(
        "answers status 999",
        once(answer(999, "No")),
        "status",
        999,
        "answered 999 No",
        length=0,
        kept=True,
    ),
    Hostile(
        "answers without a label",
        once(b"HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n"),
        "status",
        500,
        "answered 500 Internal Server Error",
        length=0,
        kept=True,
    ),
    framed("tells a negative length", "Content-Length: -1"),
    framed("tells a signed length", "Content-Length: +2"),
    framed("tells a length in hex", "Content-Length: 0x2"),
    framed("tells no length at all", "Content-Length:"),
    framed("tells a length beyond 64 bits", "Content-Length: 99999999999999999999"),
    framed(
        "tells a length beyond what a store takes",
        "Content-Length: 9223372036854775808",
        says="a content-length of 9223372036854775808",
    ),
    framed("tells two lengths", "Content-Length: 2", "Content-Length: 20"),
    framed("tells the same length twice", "Content-Length: 2", "Content-Length: 2"),
    framed("tells two lengths in one", "Content-Length: 2, 2"),
    framed("tells a length and chunks", "Content-Length: 2", "Transfer-Encoding: chunked"),
    framed("tells chunks and a length", "Transfer-Encoding: chunked", "Content-Length: 2"),
    framed(
        "tells chunks twice",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked",
        says="a transfer-encoding",
    ),
    framed(
        "tells a coding that nobody asked for",
        "Transfer-Encoding: gzip, chunked",
        says="a transfer-encoding of b'gzip, chunked'",
    ),
    framed(
        "tells chunks that are none",
        "Transfer-Encoding: xchunked",
        says="a transfer-encoding of b'xchunked'",
    ),
    framed(
        "tells chunks behind a space", "Transfer-Encoding : chunked", says="a transfer-encoding"
    ),
    framed("has NUL in a header's name", "X\0Y: z"),
    framed("has a header without a name", ": z"),
    framed("has a header without a colon", "no colon here"),
    framed("has CR in a header's value", "X: a\rSet-Cookie: b"),
    bad(
        "sends 200 headers",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        says="it has more than 128 headers",
    ),
    bad(
        "sends a header of 10,000 bytes",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000 + b"\r\n\r\n",
        says="a header has more than 8190 bytes",
    ),
    bad(
        "sends a name of 10,000 bytes",
        b"HTTP/1.1 200 OK\r\n" + b"X" * 10_000 + b": y\r\n\r\n",
        says="a header has more than 8190 bytes",
    ),
    bad(
        "sends a label of 10,000 bytes",
        b"HTTP/1.1 200 " + b"x" * 10_000 + b"\r\n\r\n",
        says="its status line has more than 8190 bytes",
    ),
    bad(
        "sends a head of 100 kB",
        b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"x" * 8000 + b"\r\n") * 13 + b"\r\n",
        says="its head has more than 65536 bytes",
    ),
    Hostile(
        "sends headers for ever",
        endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100),
        "protocol",
        says="it has more than 128 headers",
    ),
    Hostile(
        "sends one header for ever",
        endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 4096),
        "protocol",
        says="its head has more than 65536 bytes",
    ),
    Hostile(
        "sends one label for ever",
        endless(b"HTTP/1.1 200 ", b"x" * 4096),
        "protocol",
        says="its status line has more than 8190 bytes",
    ),
    Hostile(
        "drips its head",
        dripping(b"HTTP/1.1 200 OK\r\nX: "),
        "timeout",
        says="{address} did not answer within 0.3 s",
    ).slow(),
    Hostile(
        "sends interim answers for ever",
        endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        "protocol",
        says="more than 16 interim answers",
    ),
    Hostile(
        "drips interim answers",
        once(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 3),
        "timeout",
        says="{address} did not answer within 0.3 s",
    ).slow(),
    Hostile(
        "hides a version behind an interim answer",
        once(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
        "protocol",
        says="version 2.0 of HTTP",
    ),
    Hostile(
        "has a body in its interim answer",
        once(b"HTTP/1.1 103 Early\r\nContent-Length: 2\r\n\r\nok" + OK),
        "protocol",
        says=BAD,
    ),
    Hostile(
        "switches protocols",
        once(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\0\0"),
        "status",
        101,
        "answered 101 Switching",
        length=0,
    ),
    Hostile(
        "sends 204 with a body",
        once(b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok"),
        None,
        204,
        length=0,
    ),
    Hostile(
        "answers 304",
        once(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"),
        "redirect",
        304,
        "redirects are not followed",
        length=0,
        kept=True,
    ),
    Hostile(
        "sends us to the metadata service",
        answering(answer(307, "Moved", "Location: http://169.254.169.254/latest")),
        "redirect",
        307,
        "answered 307 Moved, and redirects are not followed",
        length=0,
        kept=True,
    ),
    Hostile(
        "asks for a password",
        answering(answer(401, "Who", "WWW-Authenticate: Basic realm=x")),
        "status",
        401,
        "answered 401 Who",
        length=0,
        kept=True,
    ),
    asking("asks for a year beyond all calendars", FOR_EVER),
    asking(
        "asks for a time in a zone beyond all maps",
        "Fri, 31 Dec 2099 23:59:59 +99999999999999999999",
    ),
    Hostile(
        "folds a header",
        once(b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
        None,
        200,
        length=0,
        kept=True,
    ),
    Hostile(
        "ends its lines with LF alone",
        once(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
        None,
        200,
        body=b"ok",
        length=2,
        kept=True,
    ),
    Hostile(
        "has controls beyond ASCII and turned text in its head",
        once(
            "HTTP/1.1 500 \x9b2J\u202e\u2028x\r\nX: \x9d0;y\x9c\tz\r\nContent-Length: 0\r\n\r\n".encode()
        ),
        "status",
        500,
        "answered 500 \ufffd2J\ufffd\ufffdx",
        length=0,
        kept=True,
    ),
    Hostile(
        "has escapes and broken UTF-8 in its head",
        once(
            b"HTTP/1.1 500 B\x00\xff\r\nX: a\x1b[2J\xfe\xed\xa0\x80b\r\nContent-Length: 0\r\n\r\n"
        ),
        "status",
        500,
        "answered 500 B\ufffd\ufffd",
        length=0,
        kept=True,
    ),
]
