"""No connection, or no end: the one deadline covers it all, and nothing stays open behind it."""

import asyncio
import socket

import pytest

from telecine.delivery.sender import Sender
from tests.delivery.receivers import (
    CHUNKED,
    HEAD,
    OK,
    Script,
    Wire,
    answering,
    dripping,
    endless_body,
    free_port,
    once,
    receiving,
    webhook,
)
from tests.delivery.sending import send_little
from tests.waiting import until

SHORT = 1.0  # seconds: a deadline that is to be met


class Names:
    """A resolver that finds every name at 127.0.0.1, fails, or never answers."""

    def __init__(self, answer: OSError | None = None, hang: bool = False) -> None:
        self._answer = answer
        self._hang = hang

    async def __call__(self, host: str) -> list[str]:
        if self._hang:
            await asyncio.Event().wait()
        if self._answer is not None:
            raise self._answer
        return ["127.0.0.1"]


async def test_refused_connection_is_a_connect_error(sender: Sender) -> None:
    port = free_port()

    outcome = await sender.send(webhook(f"http://127.0.0.1:{port}/"))

    assert (outcome.error, outcome.status, outcome.reason) == ("connect", None, "")
    assert outcome.message == f"connection refused by 127.0.0.1:{port}"
    assert (outcome.address, outcome.timings.connect_ms) == (f"127.0.0.1:{port}", None)


async def test_name_without_an_address_is_a_dns_error() -> None:
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    async with Sender(resolver=Names(unknown)) as sender:
        outcome = await sender.send(webhook("http://nobody.invalid/"))

    assert outcome.error == "dns"
    assert outcome.message == "nobody.invalid did not resolve: Name or service not known"
    assert (outcome.address, outcome.timings.dns_ms) == (None, None)


async def test_lookup_that_never_ends_is_cut_by_the_deadline() -> None:
    async with Sender(resolver=Names(hang=True)) as sender:
        outcome = await sender.send(webhook("http://slow.invalid/", timeout=SHORT))

    assert outcome.error == "timeout"
    assert outcome.message == "the host name did not resolve within 1 s"


async def test_name_is_resolved_timed_and_told_by_its_address() -> None:
    async with receiving(answering(OK)) as receiver, Sender(resolver=Names()) as sender:
        outcome = await sender.send(webhook(receiver.url.replace("127.0.0.1", "hook.invalid")))

    assert outcome.success
    assert receiver.requests[0].headers["host"] == f"hook.invalid:{receiver.port}"
    assert outcome.address == receiver.address
    assert outcome.timings.dns_ms is not None
    assert outcome.timings.connect_ms is not None


async def test_receiver_that_never_answers_is_cut_by_the_deadline(sender: Sender) -> None:
    async with receiving(once()) as receiver:
        outcome = await sender.send(webhook(receiver, timeout=SHORT))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.status) == ("timeout", None)
    assert outcome.message == f"{receiver.address} did not answer within 1 s"
    assert outcome.address == receiver.address
    assert outcome.timings.total_ms > SHORT * 900  # uvloop counts in whole milliseconds


async def test_dripping_head_is_cut_by_the_deadline(sender: Sender) -> None:
    async with receiving(dripping(b"HTTP/1.1 200 OK\r\nX: ")) as receiver:
        outcome = await sender.send(webhook(receiver, timeout=SHORT))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.status) == ("timeout", None)
    assert outcome.timings.first_byte_ms is not None


async def test_dripping_body_is_a_timeout_that_keeps_the_status_and_what_came(
    sender: Sender,
) -> None:
    long = HEAD.replace(b"100", b"9999")  # which takes a hundred seconds
    async with receiving(dripping(long + b"start ")) as receiver:
        outcome = await sender.send(webhook(receiver, timeout=SHORT))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.success) == ("timeout", False)
    assert (outcome.status, outcome.reason) == (200, "OK")
    assert outcome.body.startswith(b"start aa")
    assert outcome.message == f"{receiver.address} did not end its answer within 1 s"


async def test_receiver_that_does_not_read_is_left_with_an_unfinished_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send_little(monkeypatch)
    body = b"x" * 900_000
    given_up, rest = asyncio.Event(), 0

    async def reads_late(wire: Wire) -> None:
        nonlocal rest
        await given_up.wait()
        rest = await wire.until_closed()

    async with receiving(reads_late, buffer=4096) as receiver, Sender() as sender:
        outcome = await sender.send(webhook(receiver, timeout=SHORT, body=body))
        given_up.set()
        await until(lambda: not receiver.open)

    assert outcome.error == "timeout"
    assert rest < len(body)  # nothing lingers to flush the rest


async def test_nothing_is_left_open_after_all_that() -> None:
    tasks_before = asyncio.all_tasks()
    hostile: list[Script] = [
        once(),
        once(then=Wire.reset),
        once(HEAD + b"half", then=Wire.reset),
        once(b"garbage\r\n\r\n"),
        once(CHUNKED, b"zz\r\n"),
        endless_body,
        dripping(HEAD),
        dripping(b"HTTP/1.1 200 OK\r\nX: "),
        answering(OK),
    ]
    receivers = [receiving(script) for script in hostile]
    seen = [await receiver.__aenter__() for receiver in receivers]

    async with Sender(resolver=Names(hang=True)) as sender:
        urls = [receiver.url for receiver in seen] + ["http://slow.invalid/"]
        # The good one may take its time: thirty at once, and some of them floods, are in its way.
        times = {url: 10.0 if url == seen[-1].url else SHORT for url in urls}
        sends = (sender.send(webhook(url, timeout=times[url])) for url in urls for _ in range(3))
        outcomes = await asyncio.gather(*sends)
        await until(lambda: not any(receiver.open for receiver in seen[:-1]))
        assert len(seen[-1].open) == 3  # good connections are kept

    assert len([outcome for outcome in outcomes if outcome.success]) == 3
    await until(lambda: not any(receiver.open for receiver in seen))
    for receiver in receivers:
        await receiver.__aexit__(None, None, None)
    await until(lambda: not asyncio.all_tasks() - tasks_before)
