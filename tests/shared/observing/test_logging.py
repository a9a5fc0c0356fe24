"""Logs are JSON lines off a terminal, carry their correlation, and never show a secret."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telecine.shared.observing.logging import SECRET_FIELDS, configure, correlation

Capture = pytest.CaptureFixture[str]
NAMES = ("secret", "signing_secret", "Token", "x-streams-token", "Authorization", "password")
MORE_NAMES = ("db_password", "api_key", "X-Api-Key", "webhook-signature", "secrets", "tokens")


class Terminal(io.StringIO):
    """Somewhere that people look at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


def test_off_a_terminal_each_fact_is_a_line_of_json(capsys: Capture) -> None:
    configure()

    structlog.get_logger().info("attempt.failed", delivery_id="d-1", number=3)

    (line,) = lines(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "attempt.failed", "level": "info", "delivery_id": "d-1", "number": 3}


def test_on_a_terminal_a_fact_is_a_line_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    configure()

    structlog.get_logger().info("attempt.failed", number=3, token="hunter2")

    assert "attempt.failed" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(stream.getvalue())


@pytest.mark.parametrize("name", [*NAMES, *MORE_NAMES])
def test_field_whose_name_says_secret_never_shows_its_value(name: str, capsys: Capture) -> None:
    configure()

    structlog.get_logger().info("endpoint.created", **{name: "hunter2"}, other="shown")
    structlog.get_logger().info("webhook.sent", headers={name: "hunter2", "accept": "shown"})
    with correlation("c-1", **{name: "hunter2"}):
        structlog.get_logger().info("webhook.sent")

    written = capsys.readouterr().err
    assert "hunter2" not in written
    first, second, third = lines(written)
    assert (first[name], first["other"]) == ("[redacted]", "shown")
    assert second["headers"] == {name: "[redacted]", "accept": "shown"}
    assert third[name] == "[redacted]"


@given(
    word=st.sampled_from(SECRET_FIELDS),
    before=st.sampled_from(["", "x_", "My-"]),
    after=st.sampled_from(["", "s", "_OLD"]),
    value=st.one_of(st.just("hunter2"), st.just(["hunter2"]), st.just({"is": "hunter2"})),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_secret_is_hidden_wherever_the_word_stands_and_whatever_it_is(
    capsys: Capture, word: str, before: str, after: str, value: object
) -> None:
    configure()

    structlog.get_logger().warning("x", **{f"{before}{word}{after}".upper(): value})

    written = capsys.readouterr().err
    assert "[redacted]" in written
    assert "hunter2" not in written


def test_correlation_is_on_every_line_inside_and_on_none_outside(capsys: Capture) -> None:
    configure()
    log = structlog.get_logger()

    with correlation("c-1", video_id="v-1"):
        log.info("inside")
        with correlation("c-2"):
            log.info("deeper")
        log.info("inside.again")
    log.info("outside")

    bound = [
        (line.get("correlation_id"), line.get("video_id"))
        for line in lines(capsys.readouterr().err)
    ]
    assert bound == [("c-1", "v-1"), ("c-2", "v-1"), ("c-1", "v-1"), (None, None)]


def test_correlation_ends_with_an_error_too(capsys: Capture) -> None:
    configure()

    with pytest.raises(ValueError, match="broken"), correlation("c-1"):
        raise ValueError("broken")
    structlog.get_logger().info("outside")

    assert "correlation_id" not in lines(capsys.readouterr().err)[0]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_nothing_below_the_level_is_logged(
    level: str, expected: list[str], capsys: Capture
) -> None:
    configure(level)
    log = structlog.get_logger()

    for name in ("debug", "info", "warning", "error"):
        getattr(log, name)("x")

    assert [line["level"] for line in lines(capsys.readouterr().err)] == expected


def test_libraries_speak_from_warnings_up_in_the_same_form(capsys: Capture) -> None:
    configure("debug")
    library = logging.getLogger("somebody.else")

    with correlation("c-1"):
        library.info("chatter")
        library.warning("it took %s tries", 3)

    (line,) = lines(capsys.readouterr().err)
    assert line["event"] == "it took 3 tries"
    assert (line["level"], line["correlation_id"]) == ("warning", "c-1")


def test_error_is_logged_with_its_traceback_on_one_line(capsys: Capture) -> None:
    configure()

    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger().exception("message.retried")
        logging.getLogger("somebody.else").exception("and there")

    ours, theirs = lines(capsys.readouterr().err)
    assert "ValueError: broken" in ours["exception"]
    assert "ValueError: broken" in theirs["exception"]
