"""What a receiver was told, put together to webhooks, and what its requests prove."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from standardwebhooks import Webhook

from telecine.simulations import judges
from telecine.simulations.clients import omega, tpstreams
from telecine.simulations.clients.things import Endpoint, Notice
from telecine.simulations.expectations import ExpectationFailed
from telecine.simulations.hearing import Hearing, said_of
from telecine.simulations.receiver import Received, Receiver
from telecine.simulations.signatures import forgery

OMEGA = Endpoint("a" * 24, "http://127.0.0.1:1/omega", omega.NAME)
STREAMS = Endpoint("b", "http://127.0.0.1:1/streams", tpstreams.NAME, "a token")
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()


class Told(Receiver):
    """A receiver that was told what a test says, with no server behind it."""

    def tell(self, endpoint: Endpoint, webhook_id: str | None, body: Any) -> None:
        headers = {"webhook-id": webhook_id} if webhook_id else {}
        self.received.append(request(endpoint.path, headers, body))

    def at(self, path: str) -> list[Received]:
        return [each for each in self.received if each.path == path]


def request(path: str, headers: Mapping[str, str], body: Any) -> Received:
    proxy = CIMultiDictProxy(CIMultiDict(headers))
    return Received(path, proxy, json.dumps(body).encode(), datetime.now(UTC), 1)


def event(video_id: str, kind: str) -> dict[str, Any]:
    return {"type": kind, "data": {"video": {"uuid": video_id}}}


def asset(video_id: str, status: str) -> dict[str, Any]:
    return {"id": video_id, "video": {"status": status}}


def signed(endpoint: Endpoint, secret: str, **more: str) -> Received:
    now, body = datetime.now(UTC), asset("v", "Queued")
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, json.dumps(body)),
    }
    return request(endpoint.path, {**headers, **more}, body)


def test_requests_with_one_webhook_id_are_one_webhook() -> None:
    receiver = Told()
    hearing = Hearing(receiver, OMEGA)
    for webhook_id, kind in (("1", "uploaded"), ("2", "succeeded"), ("1", "uploaded")):
        receiver.tell(OMEGA, webhook_id, event("v", kind))

    webhooks = hearing.webhooks({"v"})

    assert [(each.id, len(each.requests)) for each in webhooks] == [("1", 2), ("2", 1)]
    assert said_of(webhooks) == {"v": ["succeeded", "uploaded"]}


def test_only_the_videos_that_one_asks_for_are_heard_of() -> None:
    receiver = Told()
    hearing = Hearing(receiver, STREAMS)
    receiver.tell(STREAMS, "1", asset("mine", "Queued"))
    receiver.tell(STREAMS, "2", asset("another's", "Queued"))

    assert [each.notice for each in hearing.webhooks({"mine"})] == [Notice("mine", "Queued")]
    assert hearing.webhooks(set()) == []


def test_what_comes_later_is_heard_too_and_nothing_twice() -> None:
    receiver = Told()
    hearing = Hearing(receiver, OMEGA)
    receiver.tell(OMEGA, "1", event("v", "uploaded"))
    assert len(hearing.webhooks({"v"})) == 1

    receiver.tell(OMEGA, "2", event("v", "succeeded"))

    assert [len(each.requests) for each in hearing.webhooks({"v"})] == [1, 1]


@pytest.mark.parametrize(
    ("webhook_id", "body"),
    [(None, event("v", "uploaded")), ("1", {"type": "uploaded"}), ("1", ["no", "object"])],
)
def test_a_request_that_is_no_webhook_fails_loudly(webhook_id: str | None, body: Any) -> None:
    receiver = Told()
    receiver.tell(OMEGA, webhook_id, body)

    with pytest.raises(ExpectationFailed, match="what comes to /omega is a webhook of Omega"):
        Hearing(receiver, OMEGA).webhooks({"v"})


def test_a_good_signature_with_the_right_token_is_no_forgery() -> None:
    assert forgery(signed(OMEGA, SECRET), OMEGA, SECRET) is None
    right = {tpstreams.TOKEN_HEADER: "a token"}
    assert forgery(signed(STREAMS, SECRET, **right), STREAMS, SECRET) is None


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "it has no x-streams-token"),
        ({tpstreams.TOKEN_HEADER: "another"}, "its x-streams-token is another one"),
        (
            {tpstreams.TOKEN_HEADER: "a token", "webhook-signature": "v1,AAAA"},
            "its signature is wrong",
        ),
    ],
)
def test_a_wrong_token_or_signature_is_a_forgery(headers: dict[str, str], why: str) -> None:
    judged = forgery(signed(STREAMS, SECRET, **headers), STREAMS, SECRET)

    assert judged is not None
    assert judged.startswith(why)


def test_without_the_judges_nothing_is_called_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "find_spec", lambda _: None)

    with pytest.raises(judges.JudgesMissing, match=r"pip install 'telecine\[judges\]'"):
        forgery(signed(OMEGA, SECRET), OMEGA, SECRET)
