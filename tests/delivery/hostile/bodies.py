"""What can come for a body."""

import gzip

from telecine.delivery.outcome import BODY_CAP
from tests.delivery.hostile.behaviour import Hostile
from tests.delivery.hostile.connections import close
from tests.delivery.hostile.heads import BAD, endless
from tests.delivery.receivers import CHUNKED, HEAD, OK, dripping, endless_body, once

FULL = b"x" * BODY_CAP
BOMB = gzip.compress(bytes(8 * 1024 * 1024))


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


def chunks(name: str, *said: bytes, says: str = "", body: bytes = b"") -> Hostile:
    """Chunks that are broken, behind a good head."""
    return Hostile(name, once(CHUNKED, *said), "protocol", 200, BAD + says, body=body)


BEHAVIOURS = [
    Hostile(
        "drips its body",
        dripping(HEAD + b"start "),
        "timeout",
        200,
        "{address} did not end its answer within 0.3 s",
        body=None,
        length=100,
    ).slow(),
    Hostile("drips chunks", endless(CHUNKED, b"1\r\nx\r\n"), None, 200, body=FULL, truncated=True),
    Hostile(
        "holds back its body",
        once(HEAD),
        "timeout",
        200,
        "{address} did not end its answer",
        length=100,
    ).slow(),
    Hostile(
        "sends a body for ever",
        endless_body,
        "status",
        500,
        "answered 500 Oops",
        body=FULL,
        truncated=True,
    ),
    Hostile(
        "sends ten megabytes",
        once(head("Content-Length: 10485760"), b"x" * 10_485_760),
        None,
        200,
        body=FULL,
        truncated=True,
        length=10_485_760,
    ),
    Hostile(
        "tells eight exabytes",
        once(head("Content-Length: 9223372036854775807"), FULL + b"x"),
        None,
        200,
        body=FULL,
        truncated=True,
        length=2**63 - 1,
    ),
    Hostile(
        "sends one chunk for ever",
        endless(CHUNKED + b"fffffff\r\n", b"x" * 4096),
        None,
        200,
        body=FULL,
        truncated=True,
    ),
    Hostile(
        "sends 16 KiB to the byte",
        once(head(f"Content-Length: {BODY_CAP}") + FULL),
        None,
        200,
        body=FULL,
        length=BODY_CAP,
        kept=True,
    ),
    Hostile(
        "tells more than 16 KiB, and stops there",
        once(head(f"Content-Length: {BODY_CAP + 1}") + FULL),
        None,
        200,
        body=FULL,
        truncated=True,
        length=BODY_CAP + 1,
    ),
    Hostile(
        "sends 16 KiB in chunks of a byte",
        once(CHUNKED, b"1\r\nx\r\n" * BODY_CAP + b"0\r\n\r\n"),
        None,
        200,
        body=FULL,
        length=BODY_CAP,
        kept=True,
    ),
    Hostile(
        "sends a gzip bomb",
        once(head("Content-Encoding: gzip", f"Content-Length: {len(BOMB)}") + BOMB),
        None,
        200,
        body=BOMB,
        length=len(BOMB),
        kept=True,
    ),
    Hostile(
        "claims gzip for what is none",
        once(head("Content-Encoding: gzip", "Content-Length: 2") + b"ok"),
        None,
        200,
        body=b"ok",
        length=2,
        kept=True,
    ),
    Hostile(
        "sends NUL and broken UTF-8",
        once(head("Content-Length: 5") + b"\0\xff\xed\xa0\x80"),
        None,
        200,
        body=b"\0\xff\xed\xa0\x80",
        length=5,
        kept=True,
    ),
    Hostile(
        "sends less than it told",
        once(HEAD + b"half", then=close),
        "reset",
        200,
        "during its answer",
        body=b"half",
        length=100,
    ),
    Hostile("sends more than it told", once(OK + b"more"), None, 200, body=b"ok", length=2),
    Hostile(
        "ends its body by closing",
        once(head() + b"ok", then=close),
        None,
        200,
        body=b"ok",
        length=2,
    ),
    Hostile(
        "ends its chunks by closing",
        once(CHUNKED + b"2\r\nok\r\n", then=close),
        "reset",
        200,
        "during its answer",
        body=b"ok",
    ),
    chunks("sends a chunk size that is none", b"zz\r\n"),
    chunks("sends a negative chunk size", b"-2\r\nok\r\n"),
    chunks("sends a chunk size beyond 64 bits", b"f" * 17 + b"\r\n"),
    chunks("sends a chunk longer than its size", b"2\r\nlonger\r\n", body=b"lo"),
    chunks("sends a good chunk and a bad one", b"4\r\ngood\r\n", b"zz\r\n", body=b"good"),
    chunks("sends a chunk size for ever", b"0" * 400_000, says=""),
    Hostile(
        "sends a chunk extension for ever",
        endless(CHUNKED + b"2;x=", b"y" * 4096),
        "protocol",
        200,
        BAD + "262144 bytes have come",
    ),
    Hostile(
        "sends extensions on every chunk",
        endless(CHUNKED, b"1;x=" + b"y" * 4000 + b"\r\nz\r\n"),
        "protocol",
        200,
        BAD + "262144 bytes have come",
        body=None,
    ),
    Hostile(
        "sends trailers for ever",
        endless(CHUNKED + b"0\r\n", b"X: y\r\n" * 50),
        "protocol",
        200,
        BAD + "it has more than 128 headers",
    ),
    Hostile(
        "sends one trailer for ever",
        endless(CHUNKED + b"0\r\nX: ", b"y" * 4096),
        "protocol",
        200,
        BAD,
    ),
    Hostile(
        "sends a trailer that claims to be a header",
        once(CHUNKED + b"2\r\nok\r\n0\r\nContent-Length: 9\r\n\r\n"),
        "protocol",
        200,
        BAD,
        body=b"ok",
    ),
    Hostile(
        "sends a good trailer",
        once(CHUNKED + b"2\r\nok\r\n0\r\nChecksum: 1\r\n\r\n"),
        None,
        200,
        body=b"ok",
        length=2,
        kept=True,
    ),
]
