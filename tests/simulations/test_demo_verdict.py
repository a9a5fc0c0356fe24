"""The demo's judgement: whatever an endpoint was promised and did not get is named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from telecine.simulations.clients.things import Endpoint, Notice, Video
from telecine.simulations.demo.promises import Evidence, Promise, problems
from telecine.simulations.demo.verdict import lines
from telecine.simulations.hearing import Webhook
from telecine.simulations.receiver import Received

START = datetime(2026, 1, 1, tzinfo=UTC)
ENDPOINT = Endpoint("e", "http://127.0.0.1:1/shaky", "OmegaStream")
VIDEO = Video("v", "A title", "OmegaStream")
PROMISE = Promise(ENDPOINT, [(VIDEO, "video.uploaded")], (5, 300))


def webhook(*, at: Sequence[float] = (0, 5, 305), says: str = "video.uploaded") -> Webhook:
    requests = (request(START + timedelta(seconds=each)) for each in at)
    return Webhook("1", Notice("v", says), tuple(requests))


def request(at: datetime) -> Received:
    headers = CIMultiDictProxy(CIMultiDict({"telecine-time": at.isoformat()}))
    return Received("/shaky", headers, b"{}", START, 1)


def evidence(**changes: Any) -> Evidence:
    good = Evidence([webhook()], forgeries=[], recorded={"1": "succeeded"})
    return replace(good, **changes)


def test_a_promise_that_was_kept_has_no_problems() -> None:
    assert problems(PROMISE, evidence()) == []


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        (
            evidence(webhooks=[], recorded={}),
            ["never told: 'A title' video.uploaded"],
        ),
        (
            evidence(webhooks=[webhook(says="video.deleted")]),
            [
                "never told: 'A title' video.uploaded",
                "told what was not due: 'A title' video.deleted",
            ],
        ),
        (
            evidence(webhooks=[webhook(at=[0, 5])]),
            ["webhook 1 (video.uploaded) came 2 times instead of 3"],
        ),
        (
            evidence(webhooks=[webhook(at=[0, 5, 304])]),
            ["webhook 1 (video.uploaded) was repeated after 299 s instead of 300 s"],
        ),
        (
            evidence(forgeries=["its signature is wrong: no"]),
            ["a request is not proven: its signature is wrong: no"],
        ),
        (
            evidence(recorded={"1": "postponed"}),
            ["the house records delivery 1 as postponed"],
        ),
        (evidence(recorded={}), ["the house records delivery 1 as nothing"]),
        (
            evidence(recorded={"1": "succeeded", "2": "succeeded"}),
            ["the house records delivery 2 as succeeded, but it never came"],
        ),
    ],
)
def test_whatever_is_missing_or_wrong_is_named(seen: Evidence, wrong: list[str]) -> None:
    assert problems(PROMISE, seen) == wrong


def test_a_body_that_changes_between_attempts_is_named() -> None:
    first, *others = webhook().requests
    changed = replace(webhook(), requests=(replace(first, body=b"[]"), *others))

    found = problems(PROMISE, evidence(webhooks=[changed]))

    assert found == ["webhook 1 (video.uploaded) has not the same body each time"]


def test_a_webhook_that_came_twice_under_two_ids_is_one_too_many() -> None:
    both = [webhook(), replace(webhook(), id="2")]

    found = problems(
        PROMISE, evidence(webhooks=both, recorded={"1": "succeeded", "2": "succeeded"})
    )

    assert found == ["told what was not due: 'A title' video.uploaded"]


def test_the_summary_says_what_came_how_often_and_when() -> None:
    assert lines(PROMISE, evidence(forgeries=["its signature is wrong"])) == [
        "/shaky  OmegaStream, endpoint e",
        "    1 video.uploaded",
        "    1 webhooks in 3 attempts, 2 good signatures",
        "    video.uploaded: retried after 5.0 s, then 5 min 0 s (virtual)",
    ]


def test_the_summary_of_an_endpoint_that_got_nothing_says_so() -> None:
    shown = lines(PROMISE, evidence(webhooks=[]))

    assert shown[1:] == ["    nothing", "    0 webhooks in 0 attempts, 0 good signatures"]
