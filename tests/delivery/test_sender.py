"""What the sender puts on the wire, and what it makes of an answer."""

import base64
from pathlib import Path

import pytest

from telecine.delivery.outcome import BODY_CAP
from telecine.delivery.sender import USER_AGENT, Sender
from tests.delivery.receivers import OK, answer, answering, free_port, once, receiving, webhook

BODY = b'{"type":"video.uploaded"}'


async def test_200_is_success_and_the_whole_answer_is_recorded(sender: Sender) -> None:
    said = answer(200, "Fine", "X-B: 2", "X-A: 1", "X-B: 3", body=b"thanks")
    async with receiving(answering(said)) as receiver:
        outcome = await sender.send(webhook(receiver, body=BODY))

    assert outcome.success
    assert (outcome.error, outcome.message) == (None, "")
    assert (outcome.status, outcome.reason) == (200, "Fine")
    assert outcome.headers == (
        ("X-B", "2"),
        ("X-A", "1"),
        ("X-B", "3"),
        ("Content-Length", "6"),
    )
    assert (outcome.body, outcome.truncated) == (b"thanks", False)
    assert outcome.address == receiver.address
    assert [request.body for request in receiver.requests] == [BODY]


async def test_204_without_a_body_is_success(sender: Sender) -> None:
    async with receiving(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert (outcome.success, outcome.status, outcome.body) == (True, 204, b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_a_failure_and_its_target_is_never_called(
    sender: Sender, status: int
) -> None:
    async with receiving(answering(OK)) as target:
        moved = answer(status, "Elsewhere", f"Location: {target.url}")
        async with receiving(answering(moved)) as receiver:
            outcome = await sender.send(webhook(receiver))

        assert (outcome.success, outcome.error, outcome.status) == (False, "redirect", status)
        assert outcome.message == f"answered {status} Elsewhere, and redirects are not followed"
        assert ("Location", target.url) in outcome.headers
        assert target.connections == 0


@pytest.mark.parametrize("status", [101, 400, 410, 429, 500, 999])
async def test_any_other_answer_is_a_failure_with_its_status(sender: Sender, status: int) -> None:
    async with receiving(answering(answer(status, "No", body=b"why"))) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert (outcome.success, outcome.error, outcome.status) == (False, "status", status)
    assert outcome.message == f"answered {status} No"


async def test_interim_answer_is_passed_over(sender: Sender) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    async with receiving(answering(hints * 3 + OK)) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert (outcome.status, outcome.body) == (200, b"ok")


async def test_missing_status_label_is_the_standard_one(sender: Sender) -> None:
    async with receiving(answering(answer(404, ""))) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert outcome.reason == "Not Found"


async def test_only_host_length_and_user_agent_are_added_to_the_callers_headers(
    sender: Sender,
) -> None:
    async with receiving(answering(OK)) as receiver:
        await sender.send(webhook(f"{receiver.url}?a=%2F", body=BODY))

    (request,) = receiver.requests
    assert request.lines[0] == "POST /hook?a=%2F HTTP/1.1"
    assert request.headers == {
        "host": receiver.address,
        "content-length": str(len(BODY)),
        "user-agent": USER_AGENT,
        "webhook-id": "msg_1",
    }
    assert USER_AGENT.startswith("Telecine/")


async def test_callers_user_agent_wins(sender: Sender) -> None:
    async with receiving(answering(OK)) as receiver:
        await sender.send(webhook(receiver, {"user-agent": "Omega/1"}))

    agents = [line for line in receiver.requests[0].lines if line.lower().startswith("user-a")]
    assert agents == ["user-agent: Omega/1"]


async def test_cookies_are_not_kept(sender: Sender) -> None:
    async with receiving(answering(answer(200, "OK", "Set-Cookie: a=b; Path=/"))) as receiver:
        await sender.send(webhook(receiver.url.replace("127.0.0.1", "localhost")))
        await sender.send(webhook(receiver.url.replace("127.0.0.1", "localhost")))

    assert ["cookie" in request.headers for request in receiver.requests] == [False, False]


async def test_proxy_and_netrc_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sender: Sender
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")

    async with receiving(answering(OK)) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert outcome.success
    assert "authorization" not in receiver.requests[0].headers


async def test_credentials_in_the_url_are_sent_as_basic_auth(sender: Sender) -> None:
    async with receiving(answering(OK)) as receiver:
        await sender.send(webhook(receiver.url.replace("//", "//me:secret@")))

    basic = base64.b64encode(b"me:secret").decode()
    assert receiver.requests[0].headers["authorization"] == f"Basic {basic}"


@pytest.mark.parametrize(("size", "truncated"), [(BODY_CAP, False), (BODY_CAP + 1, True)])
async def test_body_is_kept_up_to_the_cap(sender: Sender, size: int, truncated: bool) -> None:
    async with receiving(answering(answer(200, "OK", body=b"x" * size))) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert outcome.success
    assert (outcome.body, outcome.truncated) == (b"x" * BODY_CAP, truncated)
    assert outcome.length == size, "as told, though it was not read"


@pytest.mark.parametrize(
    ("said", "length"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 2),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10, 10),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (BODY_CAP + 1), None),
    ],
    ids=["none", "chunks", "until the end", "beyond the cap"],
)
async def test_length_that_was_not_told_is_known_by_reading_to_the_end(
    sender: Sender, said: bytes, length: int | None
) -> None:
    async with receiving(once(said, then=lambda wire: wire.writer.close())) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert (outcome.success, outcome.length) == (True, length)


async def test_sending_outside_the_context_is_a_broken_rule() -> None:
    async with Sender() as sender:
        pass

    with pytest.raises(RuntimeError, match="not open"):
        await sender.send(webhook("http://127.0.0.1:1/"))


@pytest.mark.parametrize(
    "url",
    ["", "nothing", "http://", "ftp://h/", "http://[::1/", "http://h:99999/", "http://127.1/"],
)
async def test_url_that_cannot_be_called_is_an_outcome(sender: Sender, url: str) -> None:
    outcome = await sender.send(webhook(url))

    assert (outcome.error, outcome.address) == ("protocol", None)
    assert outcome.message.startswith("the request cannot be sent: ")


@pytest.mark.parametrize("part", ["url", "header"])
async def test_line_break_cannot_smuggle_a_header_in(sender: Sender, part: str) -> None:
    async with receiving(answering(OK)) as receiver:
        broken = "a\r\nX-Smuggled: 1"
        url = f"{receiver.url}?{broken}" if part == "url" else receiver.url
        headers = {"webhook-id": broken} if part == "header" else None
        outcome = await sender.send(webhook(url, headers))

    assert (outcome.error, outcome.address) == ("protocol", None)
    assert outcome.message.startswith("the request cannot be sent: ")
    assert receiver.requests == []


@pytest.mark.parametrize(
    "name", ["a b", "a:", "", "a\r\nb", "\u00e9", "Content-Length", "host", "te"]
)
async def test_header_that_would_bend_the_request_is_not_sent(sender: Sender, name: str) -> None:
    async with receiving(answering(OK)) as receiver:
        outcome = await sender.send(webhook(receiver, {name: "1"}))

    assert outcome.error == "protocol"
    assert outcome.message.startswith("the request cannot be sent: ")
    assert receiver.connections == 0


@pytest.mark.parametrize("value", ["a\0", "a\n", "\rb", "\x1b[2J", "\x7f", "\ud800"])
async def test_value_that_http_cannot_carry_is_not_sent(sender: Sender, value: str) -> None:
    async with receiving(answering(OK)) as receiver:
        outcome = await sender.send(webhook(receiver, {"webhook-id": "1", "x-own": value}))

    assert outcome.error == "protocol"
    assert outcome.message.startswith("the request cannot be sent: ")
    assert receiver.connections == 0


async def test_what_http_cannot_carry_of_a_url_is_quoted(sender: Sender) -> None:
    async with receiving(answering(OK)) as receiver:
        await sender.send(webhook(f"{receiver.url}/a b/\u00e9?q=\u00fc&p=%2f#part"))

    assert receiver.requests[0].lines[0] == "POST /hook/a%20b/%C3%A9?q=%C3%BC&p=%2f HTTP/1.1"
