"""Receivers that break, lie or flood: each gives an outcome, and none is listened to for long."""

import gzip

import pytest

from telecine.delivery.outcome import BODY_CAP, HEADERS_CAP
from telecine.delivery.sender import Sender
from tests.delivery.receivers import (
    CHUNKED,
    HEAD,
    OK,
    Wire,
    answering,
    endless_body,
    once,
    receiving,
    webhook,
)
from tests.waiting import until


@pytest.mark.parametrize(
    ("said", "word"), [(b"", "without an answer"), (b"HTTP/1.1 2", "during its answer")]
)
@pytest.mark.parametrize("how", ["closed", "reset"])
async def test_connection_that_ends_before_the_head_does_is_a_reset(
    sender: Sender, said: bytes, word: str, how: str
) -> None:
    end = Wire.reset if how == "reset" else lambda wire: wire.writer.close()
    async with receiving(once(said, then=end)) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert (outcome.error, outcome.status) == ("reset", None)
    assert outcome.message == f"{receiver.address} {how} the connection {word}"
    assert len(receiver.requests) == 1  # a fresh connection's break is not repeated


@pytest.mark.parametrize("said", [HEAD + b"half", CHUNKED + b"4\r\nhalf\r\n"])
async def test_reset_in_the_body_keeps_the_status_and_what_came(
    sender: Sender, said: bytes
) -> None:
    async with receiving(once(said, then=Wire.reset)) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert (outcome.error, outcome.success) == ("reset", False)
    assert (outcome.status, outcome.reason, outcome.body) == (200, "OK", b"half")


# ---- what comes is not HTTP, or too much of it


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.7\r\n",
        b"<html>hello</html>",
        b"\x00\xff\x16\x03\x01" * 9,
        b"HTTP/1.1 99999 Many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
    ],
)
async def test_garbage_is_a_protocol_error(sender: Sender, said: bytes) -> None:
    async with receiving(once(said)) as receiver:
        outcome = await sender.send(webhook(receiver))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.status) == ("protocol", None)
    assert outcome.message.startswith("the answer is not good HTTP: ")
    assert outcome.message.isprintable()


async def test_broken_chunks_behind_a_good_head_end_the_attempt_at_once(sender: Sender) -> None:
    async with receiving(once(CHUNKED, b"4\r\ngood\r\n", b"zz\r\n")) as receiver:
        outcome = await sender.send(webhook(receiver))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.status, outcome.body) == ("protocol", 200, b"good")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 " + b"x" * 10_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200 + b"\r\n",
    ],
    ids=["long label", "long header", "many headers"],
)
async def test_header_bomb_is_a_protocol_error(sender: Sender, said: bytes) -> None:
    async with receiving(once(said)) as receiver:
        outcome = await sender.send(webhook(receiver))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.status, outcome.headers) == ("protocol", None, ())
    assert len(outcome.message) < 400


async def test_headers_that_never_end_are_cut_off(sender: Sender) -> None:
    async def endless_headers(wire: Wire) -> None:
        await wire.request()
        await wire.say(b"HTTP/1.1 200 OK\r\n")
        while True:
            await wire.say(b"X: x\r\n" * 100)

    async with receiving(endless_headers) as receiver:
        outcome = await sender.send(webhook(receiver))
        await until(lambda: not receiver.open)

    assert outcome.error == "protocol"


async def test_headers_are_kept_up_to_their_cap(sender: Sender) -> None:
    big = b"".join(b"X-%d: %s\r\n" % (n, b"x" * 7000) for n in range(5))
    async with receiving(answering(OK.replace(b"\r\n", b"\r\n" + big, 1))) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert outcome.success
    assert [name for name, _ in outcome.headers] == ["X-0", "X-1"]
    assert sum(len(name) + len(value) for name, value in outcome.headers) <= HEADERS_CAP


async def test_recorded_text_has_no_control_characters_and_no_surrogates(sender: Sender) -> None:
    said = b"HTTP/1.1 500 Bad\x00\xff\r\nX: a\x1b\xfeb\r\nContent-Length: 0\r\n\r\n"
    async with receiving(once(said)) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert outcome.reason == "Bad\ufffd\ufffd"
    assert outcome.headers[0] == ("X", "a\ufffd\ufffdb")
    assert outcome.message == "answered 500 Bad\ufffd\ufffd"


async def test_ten_megabytes_are_read_to_the_cap_and_the_connection_is_closed(
    sender: Sender,
) -> None:
    size = 10 * 1024 * 1024
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
    async with receiving(once(head, b"x" * size)) as receiver:
        outcome = await sender.send(webhook(receiver))
        await until(lambda: not receiver.open)
        again = await sender.send(webhook(receiver))

    assert (outcome.success, outcome.truncated) == (True, True)
    assert outcome.body == b"x" * BODY_CAP
    assert (again.truncated, receiver.connections) == (True, 2)


async def test_endless_body_is_cut_and_its_status_counts(sender: Sender) -> None:
    async with receiving(endless_body) as receiver:
        outcome = await sender.send(webhook(receiver))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.status, outcome.truncated) == ("status", 500, True)
    assert len(outcome.body) == BODY_CAP


async def test_gzip_bomb_is_kept_as_it_came(sender: Sender) -> None:
    bomb = gzip.compress(bytes(8 * 1024 * 1024))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    async with receiving(answering(head + bomb)) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert (outcome.success, outcome.body, outcome.truncated) == (True, bomb, False)
