"""What is owed travels in headers; written for one message or for thousands, they say the same."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nats.aio.client import Client

from telecine.shared.errors import BrokenMessage
from telecine.shared.sending.owed import _FORM, Owed, outgoing, owed_headers, parse_owed, read_owed
from telecine.shared.wire.lean_client import LeanMsg

OWED = Owed(
    delivery_id="69a42a7c3742c8e4747f7b04",
    org="demo",
    endpoint_id="630fac88e4b0a1c2d3e4f506",
    endpoint_sequence=7,
    platform="omega",
    event_id="e-1",
    event_type="video.uploaded",
    event_sequence=12,
    video_id="v-1",
    at=datetime(2026, 3, 1, 12, 0, 1, 250_000, tzinfo=UTC),
    matched_at=datetime(2026, 3, 1, 13, tzinfo=UTC),
    correlation_id="c-1",
    body=b"{}",
)


KINDS = [
    OWED,
    replace(OWED, predecessor="69a42a7c0000000000000000"),
    replace(OWED, trigger="replay", endpoint_sequence=8),
    replace(OWED, predecessor="69a42a7c0000000000000000", trigger="test"),
    replace(OWED, again=True),
    replace(OWED, predecessor="69a42a7c0000000000000000", trigger="replay", again=True),
]


def came(owed: Owed, head: bytes | None = None) -> LeanMsg:
    """Answer what is owed as it comes from a server, with its own head or another one."""
    sent = outgoing(owed)
    plain = b"NATS/1.0\r\n%bNats-Msg-Id: %b\r\n\r\n" % (sent.head, sent.message_id.encode())
    return LeanMsg(Client(), sent.subject, "", sent.body, plain if head is None else head)


@pytest.mark.parametrize("owed", KINDS)
def test_what_leaves_in_a_group_is_what_leaves_alone(owed: Owed) -> None:
    message = outgoing(owed)

    lines = message.head.decode().removesuffix("\r\n").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)

    assert headers == owed_headers(owed)
    assert parse_owed(message.subject, headers, message.body) == owed
    assert message.message_id == owed.delivery_id


@pytest.mark.parametrize("owed", KINDS)
def test_what_comes_as_we_write_it_is_read_by_its_form(owed: Owed) -> None:
    message = came(owed)

    assert _FORM.fullmatch(message.head.decode())
    assert read_owed(message) == owed


@pytest.mark.parametrize("owed", KINDS)
def test_what_comes_in_another_form_is_read_all_the_same(owed: Owed) -> None:
    lines = came(owed).head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    shuffled = b"\r\n".join([lines[0], b"traceparent: 00-1-2-01", *reversed(lines[1:]), b"", b""])

    assert not _FORM.fullmatch(shuffled.decode())
    assert read_owed(came(owed, shuffled)) == owed


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"telecine-trigger: test", b"telecine-trigger: retry"),
        (b"telecine-event-sequence: 12", b"telecine-event-sequence: twelve"),
        (b"ce-time: 2026", b"ce-time: MMXXVI"),
        (b"ce-id: 69a42a7c3742c8e4747f7b04\r\n", b""),
    ],
)
def test_what_is_no_delivery_is_a_broken_message(good: bytes, bad: bytes) -> None:
    head = came(replace(OWED, trigger="test")).head

    with pytest.raises(BrokenMessage, match="is not a delivery"):
        read_owed(came(OWED, head.replace(good, bad)))
