"""An event looks as documented: as it is sent, in the list, in detail."""

import json
from dataclasses import replace
from typing import Any

import pytest

from telecine.platforms.omega import PACK
from telecine.platforms.omega.event_shape import detail, item
from telecine.platforms.omega.video_shape import whole
from telecine.shared.events.video import VideoProcessFailed
from tests.platforms.omega import samples
from tests.platforms.omega.states import (
    CARD,
    FAILURE,
    LATER,
    attempt,
    delivered,
    delivery,
    every_state,
    rendering,
    watchable,
)


def sent(**video: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PACK.render(rendering(watchable(**video))))
    return found


def test_the_body_has_the_samples_keys_in_their_order_and_no_response_yet() -> None:
    # when
    event = sent()

    # then
    assert list(event) == list(samples.EVENT)
    assert event["response"] is None
    assert event["id"] == rendering(watchable()).delivery_id
    assert event["created_at"] == "2022-09-15T10:13:22.972Z"
    assert event["created"] == int(LATER.timestamp())
    assert event["coid"] == event["data"]["video"]["coid"] == "omega-cop-demo"
    assert (event["api_version"], event["type"]) == ("v1", "video.process_succeeded")
    assert event["endpoint_id"] == "6323940afc8e1c02d9f3b155"


def test_the_body_carries_the_full_video_as_it_was_after_the_fact() -> None:
    # given
    failed = every_state()["failed"]

    # when
    event = json.loads(
        PACK.render(rendering(failed, VideoProcessFailed(stage="encode", failure=FAILURE)))
    )

    # then
    assert event["type"] == "video.process_failed"
    assert event["data"] == {"video": whole(failed, 3)}
    assert event["data"]["video"]["status"] == "process-failed"


def test_the_body_is_compact_utf8_and_always_the_same_bytes() -> None:
    # given
    title = "Straße 🎬 <b>"
    video = every_state(card=replace(CARD, title=title))["watchable"]

    # when
    first, second = PACK.render(rendering(video)), PACK.render(rendering(video))

    # then
    assert first == second
    assert first.startswith(b'{"id":"6322fade0102030405060708","created_at":')
    assert f'"title":"{title}"'.encode() in first


def test_a_listed_event_is_the_list_sample_with_coid_beside_ocid() -> None:
    # when
    event = item(delivery())

    # then
    keys = list(samples.LISTED_EVENT)
    assert list(event) == [*keys[:3], "coid", *keys[3:]]
    assert event["created_at"] == samples.LISTED_EVENT["created_at"]
    assert event["ocid"] == event["coid"] == "omega-cop-demo"
    assert (event["data"], event["response"]) == (None, None)
    assert event["created"] == int(LATER.timestamp())


def test_detail_is_what_was_sent_with_the_receivers_answer() -> None:
    # when
    event = detail(delivered(PACK.render(rendering(watchable())), attempt()))

    # then
    assert list(event) == list(samples.EVENT)
    assert list(event["response"]) == list(samples.EVENT["response"])
    assert event["response"] == samples.EVENT["response"]
    assert {**event, "response": None} == sent()


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        (
            {"status": 500, "reason": "Internal Server Error", "error": "status"},
            {
                "status_code": 500,
                "status": "500 Internal Server Error",
                "body": "webhook received\n",
                "message": "webhook event with type video.process_succeeded failed: why",
            },
        ),
        (
            {"status": None, "reason": "", "error": "connect", "response_body": ""},
            {
                "status_code": 0,
                "status": "",
                "body": "",
                "message": "webhook event with type video.process_succeeded failed: why",
            },
        ),
        (
            {"status": 200, "reason": "OK", "error": "timeout", "response_body": "half"},
            {
                "status_code": 200,
                "status": "200 OK",
                "body": "half",
                "message": "webhook event with type video.process_succeeded failed: why",
            },
        ),
        (
            {"status": 299, "reason": "", "response_body": ""},
            {
                "status_code": 299,
                "status": "299",
                "body": "",
                "message": "webhook event with type video.process_succeeded succeeded",
            },
        ),
    ],
    ids=["answered 500", "no connection", "broke off after 200", "no label"],
)
def test_response_says_how_the_delivery_went(
    answer: dict[str, Any], response: dict[str, Any]
) -> None:
    # given
    last = attempt(**{"message": "why" if answer.get("error") else "", **answer})

    # then
    assert detail(delivered(PACK.render(rendering(watchable())), last))["response"] == response


def test_response_is_the_last_attempts() -> None:
    # given
    first = attempt(number=1, status=503, reason="Service Unavailable", error="status")
    second = attempt(number=2, trigger="retry", response_body="at last")

    # then
    response = detail(delivered(PACK.render(rendering(watchable())), first, second))["response"]
    assert (response["status_code"], response["body"]) == (200, "at last")


def test_the_loser_of_a_race_is_no_response() -> None:
    # given
    good = attempt(number=1)
    repeat = attempt(number=1, trigger="repeat", status=500, reason="x", error="status")

    # then
    response = detail(delivered(PACK.render(rendering(watchable())), good, repeat))["response"]
    assert response["status_code"] == 200


def test_an_event_that_was_never_tried_has_no_response() -> None:
    assert detail(delivered(PACK.render(rendering(watchable())), attempts=0))["response"] is None


def test_omega_adds_no_header_of_its_own() -> None:
    assert PACK.headers(rendering(watchable()).endpoint, {"signing": "secret"}) == {}
    assert PACK.secret_headers == frozenset()
