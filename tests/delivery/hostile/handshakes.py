"""What can happen to TLS: before it stands (on a plain socket), and once it does."""

import asyncio
from dataclasses import replace

from telecine.delivery.outcome import BODY_CAP
from tests.delivery.hostile.behaviour import Hostile
from tests.delivery.hostile.connections import close
from tests.delivery.receivers import CHUNKED, HEAD, OK, Script, Wire, dripping, endless_body, once

ALERT = bytes.fromhex("1503030002")  # its level and kind follow
HELLO = bytes.fromhex("1603030400020003fc0303")  # of a kilobyte, the first bytes
LONG_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"


def to_hello(*said: bytes, then: object = None) -> Script:
    """Take the client's hello, and say something that is no handshake."""

    async def script(wire: Wire) -> None:
        await wire.reader.read(1)
        for part in said:
            await wire.say(part)
        if callable(then):
            then(wire)
        await wire.until_closed()

    return script


async def drips_records(wire: Wire) -> None:
    """Begin a hello that is never whole, a byte at a time."""
    await wire.reader.read(1)
    await wire.say(HELLO)
    while True:
        await wire.say(b"\0")
        await asyncio.sleep(0.01)


BEFORE = [
    Hostile(
        "answers HTTP where TLS is due",
        to_hello(b"HTTP/1.1 400 No\r\n\r\n"),
        "tls",
        says="no TLS with {address}: ",
    ),
    Hostile(
        "answers garbage to a hello", to_hello(b"\0" * 64), "tls", says="no TLS with {address}: "
    ),
    Hostile(
        "sends an alert to a hello", to_hello(ALERT + b"\2\x28"), "tls", says="handshake failure"
    ),
    Hostile(
        "wants another version of TLS", to_hello(ALERT + b"\2\x46"), "tls", says="protocol version"
    ),
    Hostile("knows no such name", to_hello(ALERT + b"\2\x70"), "tls", says="unrecognized name"),
    Hostile(
        "sends a record that is too long",
        to_hello(b"\x16\x03\x03\xff\xff" + b"\0" * 70_000),
        "tls",
        says="no TLS with {address}: ",
    ),
    Hostile(
        "closes at the hello",
        to_hello(then=close),
        "tls",
        says="{address} broke off the TLS handshake: connection closed",
    ),
    Hostile(
        "resets at the hello",
        to_hello(then=Wire.reset),
        "tls",
        says="{address} broke off the TLS handshake: Connection reset by peer",
    ),
    Hostile(
        "never answers a hello",
        Wire.until_closed,
        "timeout",
        says="no TLS handshake with {address} within 0.3 s",
    ).slow(),
    Hostile(
        "stops amid its own hello",
        to_hello(HELLO),
        "timeout",
        says="no TLS handshake with {address} within 0.3 s",
    ).slow(),
    Hostile(
        "drips its hello",
        drips_records,
        "timeout",
        says="no TLS handshake with {address} within 0.3 s",
    ).slow(),
]
BEFORE = [replace(each, plain_url=False) for each in BEFORE]

FULL = b"x" * BODY_CAP

#: Over good TLS.
WITHIN = [
    Hostile("keeps a TLS connection, as it should", once(OK, OK), None, 200, body=b"ok", length=2),
    Hostile(
        "says nothing over TLS", once(), "timeout", says="{address} did not answer within 2 s"
    ).slow(2.0),
    Hostile(
        "drips its body over TLS",
        dripping(LONG_HEAD),
        "timeout",
        200,
        "{address} did not end its answer within 2 s",
        body=None,
        length=5000,
    ).slow(2.0),
    Hostile(
        "sends a body for ever over TLS", endless_body, "status", 500, body=FULL, truncated=True
    ),
    Hostile(
        "says garbage over TLS", once(b"\0\xff garbage\r\n\r\n"), "protocol", says="it begins with"
    ),
    Hostile(
        "breaks its chunks over TLS",
        once(CHUNKED + b"zz\r\n"),
        "protocol",
        200,
        "the answer is not good HTTP: ",
    ),
    Hostile(
        "closes without an answer over TLS",
        once(then=close),
        "reset",
        says="{address} closed the connection without an answer",
    ),
    Hostile(
        "resets without an answer over TLS",
        once(then=Wire.reset),
        "reset",
        says="without an answer",
    ),
    Hostile(
        "closes amid the body over TLS",
        once(HEAD + b"half", then=close),
        "reset",
        200,
        "during its answer",
        body=b"half",
        length=100,
    ),
    Hostile(
        "ends its body by closing over TLS",
        once(b"HTTP/1.1 200 OK\r\n\r\nok", then=close),
        None,
        200,
        body=b"ok",
        length=2,
    ),
]
