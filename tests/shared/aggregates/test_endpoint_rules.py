"""What an endpoint may not ask for: reserved headers, split lines, endless schedules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.shared.aggregates.endpoint_rules import (
    MAX_ATTEMPTS,
    MAX_CHANGED,
    MAX_HEADERS,
    MAX_SPAN,
    header_problem,
    headers_problem,
    schedule_problem,
)

PLATFORMS = frozenset({"x-streams-token"})


@pytest.mark.parametrize(
    "name",
    [
        *("webhook-id", "Webhook-Signature", "WEBHOOK-ANYTHING", "telecine-time"),
        *("connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade"),
        *("proxy-connection", "Proxy-Authorization", "Proxy-Authenticate"),
        *("Host", "Content-Length", "content-type", "content-encoding", "User-Agent", "Expect"),
        *("Authorization", "Cookie", "Set-Cookie", "WWW-Authenticate", "traceparent"),
        "X-Streams-Token",
    ],
)
def test_what_the_house_sends_or_the_connection_needs_is_reserved(name: str) -> None:
    found = header_problem(name, "mine", PLATFORMS)

    assert found is not None
    assert name.lower() in found


@pytest.mark.parametrize(
    "name", ["", "with space", "colon:", "näme", "new\nline", "x" * 65, "a\0"]
)
def test_a_name_is_a_token(name: str) -> None:
    assert "no HTTP token" in str(header_problem(name, "mine", PLATFORMS))


@given(before=st.text("az "), bad=st.sampled_from([*map(chr, range(32)), "\x7f", "é", "\u2028"]))
def test_no_character_that_could_split_a_request_passes(before: str, bad: str) -> None:
    assert header_problem("x-mine", f"{before}{bad}Host: evil", PLATFORMS)


@pytest.mark.parametrize("value", ["", " a", "a ", "x" * 1025, "[redacted]"])
def test_a_value_is_said_in_full_and_not_too_long(value: str) -> None:
    assert header_problem("x-mine", value, PLATFORMS)


@pytest.mark.parametrize("name", ["x-mine", "X-Api-Key", "apikey", "tenant"])
def test_other_headers_are_the_owners(name: str) -> None:
    assert header_problem(name, "Some value: 1, 2", PLATFORMS) is None


def test_each_name_is_said_once_whatever_its_case() -> None:
    assert "more than once" in str(headers_problem({"X-A": "1", "x-a": "2"}, PLATFORMS))


def test_there_are_not_too_many() -> None:
    many = {f"x-{number}": "1" for number in range(MAX_HEADERS + 1)}

    assert f"at most {MAX_HEADERS}" in str(headers_problem(many, PLATFORMS))


def test_how_many_there_are_is_looked_at_before_their_names() -> None:
    many = {f"x-{number}": None for number in range(30_000)} | {"X-1": None}

    assert "has 30001 names" in str(headers_problem(many, PLATFORMS))


def test_as_many_are_taken_away_as_are_added() -> None:
    added = {f"x-{number}": "1" for number in range(MAX_HEADERS)}
    gone = dict.fromkeys((f"y-{number}" for number in range(MAX_CHANGED - MAX_HEADERS)), None)

    assert headers_problem({**added, **gone}, PLATFORMS) is None


def test_a_reserved_header_may_be_taken_away() -> None:
    assert headers_problem({"authorization": None}, PLATFORMS) is None


@pytest.mark.parametrize(
    "delays",
    [
        *([], [-1], [0, float("nan")], [float("inf")], [0] * (MAX_ATTEMPTS + 1)),
        *([0, MAX_SPAN + 1], [0, MAX_SPAN, 1], [10**400], [-(10**400)], [10, 20]),
    ],
)
def test_a_schedule_begins_at_once_and_ends_sometime(delays: list[float]) -> None:
    assert schedule_problem(delays)


@pytest.mark.parametrize("delays", [[0], [0, 5, 300], [0, 10, MAX_SPAN - 10]])
def test_a_schedule_of_ones_own_is_taken(delays: list[float]) -> None:
    assert schedule_problem(delays) is None
