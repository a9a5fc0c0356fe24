"""What comes is read as nats-py reads it, whatever a server or a fellow client has sent."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ProtocolError
from nats.protocol.parser import Parser

from telecine.shared.wire.bus import Bus
from telecine.shared.wire.lean_client import LeanClient, LeanMsg, LeanParser
from tests.waiting import until

names = st.text("abcXYZ-019", min_size=1, max_size=12)
values = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20)


@given(headers=st.dictionaries(names, values, max_size=8))
@settings(deadline=None)
def test_good_headers_are_read_as_nats_py_reads_them(headers: dict[str, str]) -> None:
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"

    assert LeanClient._parse_header_lines(raw) == Client._parse_header_lines(raw)


@given(raw=st.binary(max_size=60))
@example(b"a: b\r\nbad line\r\nc:d\r\n\r\n")
@example(b"\xff: b\r\n\r\n")
@example(b"a b: c\r\n : d\r\n: e\r\n\r\n")
@settings(deadline=None)
def test_any_bytes_are_read_as_nats_py_reads_them(raw: bytes) -> None:
    assert LeanClient._parse_header_lines(raw) == Client._parse_header_lines(raw)


@pytest.mark.parametrize(
    "text", [b"a: b", b"a:  b \r\n", b"a:\tb\r\n", b"a: b: c\r\n", b"a: \r\n"]
)
def test_white_space_around_a_value_is_left_out(text: bytes) -> None:
    assert LeanClient._parse_header_lines(text) == Client._parse_header_lines(text)


async def test_one_word_reaches_every_subject_that_it_is_said_to(bus: Bus) -> None:
    heard: list[tuple[str, bytes]] = []

    async def hear(message: Msg) -> None:
        heard.append((message.subject, message.data))

    await bus.client.subscribe("said.*", cb=hear)
    await bus.client.say(b"+ACK", [f"said.{number}" for number in range(300)])

    await until(lambda: len(heard) == 300)
    assert heard == [(f"said.{number}", b"+ACK") for number in range(300)]


class Noting:
    """Stands in for a client: notes what its parser hands over."""

    def __init__(self) -> None:
        self.noted: list[Any] = []

    async def _process_msg(self, *message: Any) -> None:
        self.noted.append(message)

    async def _process_ping(self) -> None:
        self.noted.append("ping")

    async def _process_pong(self) -> None:
        self.noted.append("pong")

    async def _process_err(self, error: str) -> None:
        self.noted.append(error)

    async def _process_info(self, info: Any) -> None:
        self.noted.append(info)


def noted(parser: type[Parser], chunks: list[bytes]) -> tuple[list[Any], str]:
    """Answer what a parser hands over of bytes that come in chunks, and what it stumbles over."""
    client = Noting()
    parsing = parser(client)

    async def parse() -> None:
        for chunk in chunks:
            await parsing.parse(chunk)

    try:
        asyncio.run(parse())
    except ProtocolError as error:
        return client.noted, str(error)
    return client.noted, ""


def message(payload: bytes, head: bytes, reply: bytes) -> bytes:
    """Answer a message on the wire."""
    line = b"MSG" if not head else b"HMSG"
    sizes = b"%d %d" % (len(head), len(head) + len(payload)) if head else b"%d" % len(payload)
    words = [line, b"a.b", b"7", *([reply] if reply else []), sizes]
    return b"%b\r\n%b%b\r\n" % (b" ".join(words), head, payload)


messages = st.builds(
    message,
    st.binary(max_size=40) | st.just(b"HMSG a 1 3 3\r\n"),
    st.sampled_from([b"", b"NATS/1.0\r\na: b\r\n\r\n", b"NATS/1.0 503\r\n\r\n"]),
    st.sampled_from([b"", b"$JS.ACK.S.c.1.2.3.4.5"]),
)
others = st.sampled_from(
    [
        b"PING\r\n",
        b"PONG\r\n",
        b"+OK\r\n",
        b"-ERR 'no'\r\n",
        b'INFO {"a":1}\r\n',
        b"MSG\ta 1 0\r\n\r\n",
    ]
)
strange = st.sampled_from(
    [b"HMSG a 1 x 3\r\nabc\r\n", b"MSG a 1\r\n", b"NONSENSE\r\n", b"MSG a b c d e\r\n"]
)


@given(
    stream=st.lists(messages | others, max_size=8).map(b"".join),
    tail=st.just(b"") | strange,
    cuts=st.lists(st.integers(0, 400), max_size=6),
)
@settings(deadline=None)
def test_messages_are_cut_out_of_a_stream_as_nats_py_does_it(
    stream: bytes, tail: bytes, cuts: list[int]
) -> None:
    wire = stream + tail
    places = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
    chunks = [wire[a:b] for a, b in pairwise(places)]

    assert noted(LeanParser, chunks) == noted(Parser, chunks)


async def test_what_is_handed_over_is_the_message_with_its_headers(bus: Bus) -> None:
    heard: list[Msg] = []
    subscription = await bus.client.hand_over("handed.*", heard.append)

    await bus.client.publish("handed.over", b"body", headers={"Name": "value"}, reply="back")
    await bus.client.publish("handed.bare", b"")

    await until(lambda: len(heard) == 2)
    assert isinstance(heard[0], LeanMsg)
    assert (heard[0].subject, heard[0].reply, heard[0].data) == ("handed.over", "back", b"body")
    assert heard[0].headers == {"Name": "value"}
    assert heard[1].headers is None
    await subscription.drain()  # type: ignore[no-untyped-call]  # nats-py's own lack
    assert not bus.client._takers


async def test_a_status_is_read_from_its_first_line(bus: Bus) -> None:
    heard: list[Msg] = []
    await bus.client.hand_over("nobody.back", heard.append)

    await bus.client.publish("nobody.listens", b"", reply="nobody.back")

    await until(lambda: heard)
    assert (heard[0].headers or {})["Status"] == "503"


async def test_a_message_that_cannot_be_taken_keeps_none_of_the_others_away(bus: Bus) -> None:
    heard: list[bytes] = []

    def take(message: Msg) -> None:
        if message.data == b"bad":
            raise ValueError("bad")
        heard.append(message.data)

    await bus.client.hand_over("taken", take)
    for data in (b"one", b"bad", b"two"):
        await bus.client.publish("taken", data)

    await until(lambda: heard == [b"one", b"two"])
