"""What is owed travels in headers; written for one message or for thousands, they say the same."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telecine.shared.owed import Owed, outgoing, owed_headers, parse_owed

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


@pytest.mark.parametrize(
    "owed",
    [
        OWED,
        replace(OWED, predecessor="69a42a7c0000000000000000"),
        replace(OWED, trigger="replay", endpoint_sequence=8),
    ],
)
def test_what_leaves_in_a_group_is_what_leaves_alone(owed: Owed) -> None:
    message = outgoing(owed)

    lines = message.head.decode().removesuffix("\r\n").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)

    assert headers == owed_headers(owed)
    assert parse_owed(message.subject, headers, message.body) == owed
    assert message.message_id == owed.delivery_id
