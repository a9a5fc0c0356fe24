"""Timers as they travel: to the clock, and back to who set them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.aio.msg import Msg

from telecine.shared.errors import BrokenMessage
from telecine.shared.time.timers import Fired, Timer, fired_headers, parse_fired, parse_timer
from tests.shared.videos import minute

BODY = {"due": "2026-03-01T12:05:00+00:00", "lane": "video:v1", "class": "chain", "payload": {}}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def message(subject: str, body: bytes, headers: dict[str, str] | None) -> Msg:
    return Msg(Client(), subject=subject, reply="", data=body, headers=headers)


def test_held_timer_is_read_from_its_subject_and_body() -> None:
    body = {**BODY, "class": "shared", "payload": {"org": "demo"}}

    timer = parse_timer("timer.transcoder.v1.12", json.dumps(body).encode())

    assert timer == Timer(
        "transcoder", "v1", 12, minute(5), "video:v1", {"org": "demo"}, timer_class="shared"
    )
    assert timer.id == "transcoder.v1.12"


def test_empty_message_is_a_cancellation() -> None:
    assert parse_timer("timer.transcoder.v1.13", b"") is None


def test_fired_timer_comes_back_as_it_was_set() -> None:
    timer = Timer("delivery", "d1", 3, minute(5), "delivery:d1", {"org": "demo"})

    came = message("due.delivery.d1", b'{"org": "demo"}', fired_headers(timer))

    assert parse_fired(came) == Fired("d1", 3, minute(5), {"org": "demo"})


@pytest.mark.parametrize(
    "subject", ["timer.a.b", "timer.a.b.c.1", "timer.a.b.one", "timer.a.b.", ""]
)
def test_subject_of_another_shape_is_no_timer(subject: str) -> None:
    with pytest.raises(BrokenMessage):
        parse_timer(subject, json.dumps(BODY).encode())


@pytest.mark.parametrize("missing", BODY)
def test_body_without_one_of_its_parts_is_no_timer(missing: str) -> None:
    rest = {name: value for name, value in BODY.items() if name != missing}

    with pytest.raises(BrokenMessage, match=missing):
        parse_timer("timer.a.b.1", json.dumps(rest).encode())


@given(raw=st.binary(min_size=1) | json_values.map(lambda value: json.dumps(value).encode()))
@settings(deadline=None)
def test_no_body_raises_anything_but_broken_message(raw: bytes) -> None:
    with pytest.raises(BrokenMessage):
        parse_timer("timer.a.b.1", raw)


@given(due=json_values.filter(lambda value: not isinstance(value, str)))
@settings(deadline=None)
def test_due_time_that_is_no_text_is_broken(due: object) -> None:
    with pytest.raises(BrokenMessage):
        parse_timer("timer.a.b.1", json.dumps({**BODY, "due": due}).encode())


@pytest.mark.parametrize("missing", ["telecine-due", "telecine-generation"])
def test_due_message_without_one_of_its_headers_is_broken(missing: str) -> None:
    headers = fired_headers(Timer("delivery", "d1", 3, minute(5), "x", {}))
    del headers[missing]

    with pytest.raises(BrokenMessage, match=missing):
        parse_fired(message("due.delivery.d1", b"{}", headers))


def test_due_message_of_another_shape_is_broken() -> None:
    headers = fired_headers(Timer("delivery", "d1", 3, minute(5), "x", {}))

    for broken in (
        message("due.delivery", b"{}", headers),
        message("due.delivery.d1", b"{", headers),
        message("due.delivery.d1", b"{}", None),
        message("due.delivery.d1", b"{}", {**headers, "telecine-due": "noon"}),
    ):
        with pytest.raises(BrokenMessage):
            parse_fired(broken)
