"""How a connection can begin, go on and end badly."""

import asyncio

from tests.delivery.hostile.behaviour import SHORT, Hostile
from tests.delivery.receivers import CHUNKED, HEAD, OK, Script, Wire, answer, answering, once

LARGE = b"x" * 900_000  # more than the kernel's buffers hold


async def resets_at_accept(wire: Wire) -> None:
    wire.reset()


async def closes_at_accept(wire: Wire) -> None:
    wire.writer.close()


async def closes_while_we_write(wire: Wire) -> None:
    await wire.reader.readexactly(1000)
    wire.reset()


async def reads_nothing(wire: Wire) -> None:
    """Hold the line without a look at it; even its end is not seen."""
    await wire.writer.wait_closed()


async def answers_unread(wire: Wire) -> None:
    """Say no to what was not read, and look no more."""
    await wire.say(answer(413, "Too Large"))
    await wire.writer.wait_closed()


async def answers_at_accept(wire: Wire) -> None:
    await wire.say(OK)
    await wire.until_closed()


async def dies_idle(wire: Wire) -> None:
    """Answer a connection's first request, and reset it at the second."""
    await wire.request()
    await wire.say(OK)
    await wire.request()
    wire.reset()


async def closes_idle(wire: Wire) -> None:
    await wire.request()
    await wire.say(OK)
    wire.writer.close()


def slowly(data: bytes, seconds: float) -> Script:
    """Say data a byte at a time, so that it takes about so long."""

    async def script(wire: Wire) -> None:
        await wire.request()
        for at in range(len(data)):
            await wire.say(data[at : at + 1])
            await asyncio.sleep(seconds / len(data))
        await wire.until_closed()

    return script


def close(wire: Wire) -> None:
    wire.writer.close()


BEHAVIOURS = [
    Hostile("resets at accept", resets_at_accept, "reset", says="without an answer"),
    Hostile("closes at accept", closes_at_accept, "reset", says="without an answer"),
    Hostile(
        "closes after the request",
        once(then=close),
        "reset",
        says="{address} closed the connection without an answer",
    ),
    Hostile(
        "resets after the request",
        once(then=Wire.reset),
        "reset",
        says="{address} reset the connection without an answer",
    ),
    Hostile(
        "closes amid the status line",
        once(b"HTTP/1.1 2", then=close),
        "reset",
        says="{address} closed the connection during its answer",
    ),
    Hostile(
        "closes amid the head",
        once(b"HTTP/1.1 200 OK\r\nX: y\r\n", then=close),
        "reset",
        says="closed the connection during its answer",
    ),
    Hostile(
        "closes amid the body",
        once(HEAD + b"half", then=close),
        "reset",
        200,
        "closed the connection during its answer",
        body=b"half",
        length=100,
    ),
    Hostile(
        "closes amid the chunks",
        once(CHUNKED + b"4\r\nhalf\r\n", then=close),
        "reset",
        200,
        "during its answer",
        body=b"half",
    ),
    Hostile(
        "resets a body without a told length",
        once(b"HTTP/1.1 200 OK\r\n\r\nhalf", then=Wire.reset),
        "reset",
        200,
        "reset the connection during its answer",
        body=b"half",
    ),
    Hostile(
        "says nothing", once(), "timeout", says="{address} did not answer within 0.3 s"
    ).slow(),
    Hostile(
        "never reads, with 900 kB to come",
        reads_nothing,
        "timeout",
        says="{address} did not answer within 0.3 s",
        kept=True,
        sent=LARGE,
    ).slow(),
    Hostile("resets while we write", closes_while_we_write, "reset", says="without", sent=LARGE),
    Hostile(
        "answers what it does not read",
        answers_unread,
        "status",
        413,
        "answered 413 Too Large",
        length=0,
        kept=True,
        sent=LARGE,
    ),
    Hostile(
        "answers before it reads", answers_at_accept, None, 200, body=b"ok", length=2, kept=True
    ),
    Hostile(
        "answers twice",
        once(OK + answer(410, "Gone")),
        None,
        200,
        body=b"ok",
        length=2,
        times=2,
        connections=2,
    ),
    Hostile(
        "answers, and more bytes come behind",
        once(OK + b"\0\0\0"),
        None,
        200,
        body=b"ok",
        length=2,
        times=2,
        connections=2,
    ),
    Hostile(
        "dies while idle",
        dies_idle,
        None,
        200,
        body=b"ok",
        length=2,
        times=2,
        connections=2,
        kept=True,
    ),
    Hostile(
        "closes while idle",
        closes_idle,
        None,
        200,
        body=b"ok",
        length=2,
        times=3,
        connections=3,
    ),
    Hostile(
        "asks to close, and does not",
        answering(answer(200, "OK", "Connection: close")),
        None,
        200,
        length=0,
        times=2,
        connections=2,
    ),
    Hostile(
        "speaks HTTP/1.0 and holds the line",
        answering(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
        None,
        200,
        length=0,
        times=2,
        connections=2,
    ),
    Hostile(
        "keeps the connection, as it should",
        answering(OK),
        None,
        200,
        body=b"ok",
        length=2,
        times=3,
        reused=True,
        kept=True,
    ),
    Hostile(
        "drips its answer, and ends in time",
        slowly(OK, 0.5),
        None,
        200,
        body=b"ok",
        length=2,
        timeout=8.0,
        kept=True,
    ),
    Hostile(
        "drips its answer to beyond the deadline",
        slowly(HEAD + b"x" * 100, 60),
        "timeout",
        says="{address} did not answer within 0.3 s",
        timeout=SHORT,
    ),
]
