"""The scripted receiver: what it answers, what it remembers, how one waits for it."""

import asyncio
import base64
import sys
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from telecine.simulations.receiver import Answer, Receiver, verify_signature

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()


async def post(
    client: aiohttp.ClientSession, url: str, webhook_id: str | None = None, body: bytes = b"{}"
) -> tuple[int, str]:
    headers = {"webhook-id": webhook_id} if webhook_id else {}
    async with client.post(url, data=body, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_each_webhook_id_walks_through_the_script_alone() -> None:
    async with Receiver() as receiver, aiohttp.ClientSession() as client:
        url = receiver.on("/hook", Answer(500, "no\n"), Answer(503), Answer())

        a = [(await post(client, url, "a"))[0] for _ in range(2)]
        b = [(await post(client, url, "b"))[0] for _ in range(4)]
        a += [(await post(client, url, "a"))[0] for _ in range(2)]

    assert a == b == [500, 503, 200, 200]
    assert [taken.number for taken in receiver.at("/hook")] == [1, 2, 1, 2, 3, 4, 3, 4]


async def test_the_same_id_starts_anew_on_another_path() -> None:
    async with Receiver() as receiver, aiohttp.ClientSession() as client:
        first = receiver.on("/first", Answer(500), Answer())
        second = receiver.on("/second", Answer(410), Answer())

        statuses = [(await post(client, url, "a"))[0] for url in (first, second, first, second)]

    assert statuses == [500, 410, 200, 200]


async def test_an_answer_is_sent_as_scripted() -> None:
    script = Answer(302, "over there", {"Location": "/there", "Retry-After": "7"})
    async with Receiver() as receiver, aiohttp.ClientSession() as client:
        url = receiver.on("/hook", script)
        async with client.post(url, allow_redirects=False) as answer:
            got = Answer(answer.status, await answer.text(), answer.headers)

    assert (got.status, got.body) == (302, "over there")
    assert (got.headers["Location"], got.headers["Retry-After"]) == ("/there", "7")


async def test_a_path_without_answers_takes_everything_and_without_a_script_nothing() -> None:
    async with Receiver() as receiver, aiohttp.ClientSession() as client:
        assert await post(client, receiver.on("/hook")) == (200, "webhook received\n")
        assert (await post(client, receiver.url + "/typo"))[0] == 404

    assert [taken.path for taken in receiver.received] == ["/hook", "/typo"]


async def test_what_came_is_kept_byte_by_byte() -> None:
    body = b'{"title": "caf\xc3\xa9"}\n'
    before = datetime.now(UTC)
    async with Receiver() as receiver, aiohttp.ClientSession() as client:
        await post(client, receiver.on("/hook"), "a", body)

    (taken,) = receiver.received
    assert taken.body == body
    assert taken.json() == {"title": "café"}
    assert taken.headers["Webhook-ID"] == taken.headers["webhook-id"] == "a"
    assert before <= taken.at <= datetime.now(UTC)
    assert taken.at.utcoffset() == timedelta(0)


async def test_wait_returns_with_the_request_that_makes_the_condition_true() -> None:
    async with Receiver() as receiver, aiohttp.ClientSession() as client:
        url = receiver.on("/hook", Answer(delay=600))  # nobody is answered while we wait
        waiter = asyncio.create_task(receiver.wait(lambda it: len(it.at("/hook")) == 2))
        first, second = (asyncio.create_task(post(client, url, name)) for name in "ab")

        await waiter

        assert {taken.headers["webhook-id"] for taken in receiver.received} == {"a", "b"}
        assert not first.done()
        assert not second.done()
        first.cancel()
        second.cancel()


async def test_a_receiver_ends_at_once_whatever_it_still_delays() -> None:
    async with asyncio.timeout(10), aiohttp.ClientSession() as client:
        async with Receiver() as receiver:
            url = receiver.on("/hook", Answer(delay=600))
            pending = asyncio.create_task(post(client, url))
            await receiver.wait(lambda it: bool(it.received))

        with pytest.raises(aiohttp.ClientConnectionError):
            await pending


async def test_a_wait_in_vain_says_what_has_come() -> None:
    async with Receiver() as receiver, aiohttp.ClientSession() as client:
        with pytest.raises(TimeoutError, match=r"within 0\.01 s; so far: nothing"):
            await receiver.wait(lambda it: bool(it.received), deadline=0.01)
        for path in ("/b", "/a", "/b"):
            await post(client, receiver.on(path))

        with pytest.raises(TimeoutError, match="so far: /a 1, /b 2"):
            await receiver.wait(lambda it: len(it.received) > 3, deadline=0.01)


async def test_thousands_of_requests_at_once_are_all_answered_and_kept() -> None:
    numbers = range(1000)
    async with Receiver() as receiver, aiohttp.ClientSession() as client:
        url = receiver.on("/hook", Answer(500), Answer(429), Answer())

        async def until_taken(number: int) -> list[int]:
            statuses = [(await post(client, url, f"id-{number}"))[0]]
            while statuses[-1] != 200:
                statuses.append((await post(client, url, f"id-{number}"))[0])
            return statuses

        waiter = asyncio.create_task(receiver.wait(lambda it: len(it.at("/hook")) == 3000, 60))
        walks = await asyncio.gather(*map(until_taken, numbers))
        await waiter

    assert walks == [[500, 429, 200]] * len(numbers)
    assert len(receiver.received) == 3000


# -- signatures --------------------------------------------------------------------------------


async def signed(receiver: Receiver, at: datetime, body: bytes, signed_body: bytes) -> None:
    """Send one webhook whose signature is that of `signed_body`."""
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(SECRET).sign("msg_1", at, signed_body.decode()),
    }
    async with (
        aiohttp.ClientSession() as client,
        client.post(receiver.on("/hook"), data=body, headers=headers) as answer,
    ):
        assert answer.status == 200


async def test_a_right_signature_is_taken() -> None:
    async with Receiver() as receiver:
        await signed(receiver, datetime.now(UTC), b"not JSON", b"not JSON")

    verify_signature(receiver.received[0], SECRET)


async def test_a_changed_body_another_secret_and_an_old_time_are_refused() -> None:
    now = datetime.now(UTC)
    async with Receiver() as receiver:
        await signed(receiver, now, b'{"a":2}', b'{"a":1}')
        await signed(receiver, now - timedelta(hours=1), b"{}", b"{}")
        await signed(receiver, now, b"{}", b"{}")
    changed, old, good = receiver.received

    for taken, secret in (
        (changed, SECRET),
        (old, SECRET),
        (good, "whsec_" + base64.b64encode(b"another secret").decode()),
    ):
        with pytest.raises(WebhookVerificationError):
            verify_signature(taken, secret)


async def test_without_the_judge_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Receiver() as receiver:
        await signed(receiver, datetime.now(UTC), b"{}", b"{}")
    monkeypatch.setitem(sys.modules, "standardwebhooks", None)

    with pytest.raises(ImportError, match=r"pip install 'telecine\[judges\]'"):
        verify_signature(receiver.received[0], SECRET)
