"""Headers are read as nats-py reads them, whatever a server or a fellow client has sent."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.aio.msg import Msg

from telecine.shared.bus import Bus
from telecine.shared.lean_client import LeanClient
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
