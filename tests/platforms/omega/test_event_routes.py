"""Events of an endpoint over HTTP, against a whole house: what was sent is what can be read."""

from typing import Any

import pytest

from telecine.platforms.omega.events_table import EVENT_TYPES
from telecine.simulations.receiver import Answer
from tests.house import OpenHouse, TestHouse
from tests.platforms.omega import samples
from tests.platforms.omega.api import (
    BEARER,
    WEBHOOKS,
    create_endpoint,
    message,
    read,
    upload_link,
)
from tests.waiting import until

#: What a video by link goes through, and what of it is sent.
ALL_SIX = [
    "video.uploaded",
    "video.ready_for_processing",
    "video.in_progress",
    "video.completed_processing",
    "video.process_succeeded",
    "video.ready_to_watch",
]
SENT = ["video.uploaded", "video.process_succeeded"]


async def listed(house: TestHouse, endpoint_id: str, count: int) -> list[dict[str, Any]]:
    """Answer an endpoint's events once there are so many."""

    async def enough() -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = await read(house, f"{WEBHOOKS}/{endpoint_id}")
        return events if len(events) >= count else []

    events: list[dict[str, Any]] = await until(enough)
    return events


async def test_the_list_is_the_documented_one_newest_first(house: TestHouse) -> None:
    # given
    made = await create_endpoint(house, house.receiver.on("/hook"), list(EVENT_TYPES))
    await upload_link(house)

    # when
    events = await listed(house, made["id"], 2)

    # then
    keys = list(samples.LISTED_EVENT)
    assert list(events[0]) == [*keys[:3], "coid", *keys[3:]]
    assert [event["type"] for event in events] == SENT[::-1]
    for event in events:
        assert event["created_at"] == "0001-01-01T00:00:00Z"
        assert event["ocid"] == event["coid"] == "omega-cop-demo"
        assert (event["data"], event["response"]) == (None, None)
        assert event["endpoint_id"] == made["id"]
        assert int(event["id"][:8], 16) == event["created"]
    assert await read(house, f"{WEBHOOKS}/{made['id']}/events") == events


async def test_the_detail_is_what_was_sent_and_what_was_answered(house: TestHouse) -> None:
    # given
    made = await create_endpoint(house, house.receiver.on("/hook"), ["video.process_succeeded"])
    video = await upload_link(house)
    (event,) = await listed(house, made["id"], 1)

    # when
    detail = await read(house, f"{WEBHOOKS}/{made['id']}/events/{event['id']}")

    # then
    (webhook,) = house.receiver.at("/hook")
    assert webhook.headers["webhook-id"] == event["id"] == detail["id"]
    assert list(webhook.json()) == list(detail) == list(samples.EVENT)
    assert webhook.json() == {**detail, "response": None}
    assert detail["response"] == samples.EVENT["response"]
    assert detail["data"]["video"]["uuid"] == video["uuid"]
    assert detail["data"]["video"]["status"] == "process-completed"
    assert b'": ' not in webhook.body, "compact"


@pytest.mark.parametrize("quirks", ["on", "off"])
async def test_what_the_house_itself_has_told_is_no_event_of_the_platforms(
    open_house: OpenHouse, quirks: str
) -> None:
    async with open_house(quirks=quirks) as house:
        # given
        made = await create_endpoint(house, house.receiver.on("/hook"), ["video.uploaded"])
        await upload_link(house)
        test, own = f"/v1/endpoints/{made['id']}/test", {"type": "delivery.exhausted"}
        sent = await house.http.post(test, json=own, headers=BEARER)
        delivery_id = sent.json()["delivery_id"]
        await house.receiver.wait(lambda it: len(it.at("/hook")) == 2)
        told = f"/v1/deliveries/{delivery_id}"
        await until(lambda: answers(house, told))

        # when
        events = await listed(house, made["id"], 1)

        # then
        assert [event["type"] for event in events] == ["video.uploaded"]
        one = f"{WEBHOOKS}/{made['id']}/events/{delivery_id}"
        answer = await house.http.get(one, headers=BEARER)
        assert (answer.status_code, message(answer)) == (404, "no such event of this endpoint")


async def answers(house: TestHouse, path: str) -> bool:
    return (await house.http.get(path, headers=BEARER)).status_code == 200


async def test_an_event_is_each_endpoints_own(house: TestHouse) -> None:
    # given
    answers = (Answer(200, "one"), Answer(201, "two"))
    made = [
        await create_endpoint(house, house.receiver.on(f"/{n}", answer), ["video.uploaded"])
        for n, answer in enumerate(answers)
    ]
    await upload_link(house)
    events = [(await listed(house, each["id"], 1))[0] for each in made]

    # when
    details = [
        await read(house, f"{WEBHOOKS}/{endpoint['id']}/events/{event['id']}")
        for endpoint, event in zip(made, events, strict=True)
    ]

    # then
    assert [detail["response"]["body"] for detail in details] == ["one", "two"]
    assert details[1]["response"]["status"] == "201 Created"
    assert events[0]["id"] != events[1]["id"]
    foreign = f"{WEBHOOKS}/{made[0]['id']}/events/{events[1]['id']}"
    answer = await house.http.get(foreign, headers=BEARER)
    assert (answer.status_code, message(answer)) == (404, "no such event of this endpoint")


async def test_a_failed_delivery_says_why(house: TestHouse) -> None:
    # given
    refusing = Answer(500, "sorry")
    made = await create_endpoint(house, house.receiver.on("/hook", refusing), ["video.uploaded"])
    await upload_link(house)
    (event,) = await listed(house, made["id"], 1)

    # when
    detail = await read(house, f"{WEBHOOKS}/{made['id']}/events/{event['id']}")

    # then
    response = detail["response"]
    assert response["status_code"] == 500
    assert response["status"] == "500 Internal Server Error"
    assert response["body"] == "sorry"
    assert response["message"] == (
        "webhook event with type video.uploaded failed: answered 500 Internal Server Error"
    )


async def test_no_connection_is_status_code_0(open_house: OpenHouse) -> None:
    # given
    async with open_house(retries="none") as house:
        made = await create_endpoint(house, "http://127.0.0.1:1/", ["video.uploaded"])
        await upload_link(house)
        (event,) = await listed(house, made["id"], 1)

        # when
        detail = await read(house, f"{WEBHOOKS}/{made['id']}/events/{event['id']}")

    # then
    response = detail["response"]
    assert (response["status_code"], response["status"], response["body"]) == (0, "", "")
    start = "webhook event with type video.uploaded failed: "
    assert response["message"] == f"{start}connection refused by 127.0.0.1:1"


async def test_a_failed_video_is_sent_as_documented(house: TestHouse) -> None:
    # given
    await create_endpoint(house, house.receiver.on("/hook"), list(EVENT_TYPES))

    # when
    await upload_link(house, "sim=fail:worker_lost")
    await house.receiver.wait(lambda it: len(it.at("/hook")) == 2)

    # then
    event = next(
        each.json()
        for each in house.receiver.at("/hook")
        if each.json()["type"] == "video.process_failed"
    )
    video = event["data"]["video"]
    expected = {**samples.FAILED_VIDEO, "meta": {**video["meta"]}}
    same = set(samples.FAILED_VIDEO) - {"id", "created_at", "updated_at", "title", "uuid", "coid"}
    assert {key: video[key] for key in same} == {key: expected[key] for key in same}
    assert video["meta"]["failure"] == "nats: invalid connection"
    assert "storage" not in video


async def test_without_quirks_the_list_has_the_details_fields(open_house: OpenHouse) -> None:
    # given
    async with open_house(quirks="off") as house:
        made = await create_endpoint(house, house.receiver.on("/hook"))
        for _ in range(5):
            await upload_link(house)

        # when
        events = await listed(house, made["id"], 10)

        # then
        for event in events:
            path = f"{WEBHOOKS}/{made['id']}/events/{event['id']}"
            assert event == await read(house, path)
            assert list(event) == list(samples.EVENT)
        # Newest means last in the log: at one moment of virtual time there may be several.
        uploaded = [event["created_at"] for event in events if event["type"] == SENT[0]]
        assert uploaded == sorted(uploaded, reverse=True)
        assert len(uploaded) == 5


async def test_documented_fidelity_neither_sends_nor_lists_the_silent_types(
    house: TestHouse,
) -> None:
    # given
    made = await create_endpoint(house, house.receiver.on("/hook"), list(EVENT_TYPES))

    # when: the last event of each video is a silent one; the second's first comes after it
    await upload_link(house)
    await listed(house, made["id"], 2)
    await upload_link(house)
    events = await listed(house, made["id"], 4)

    # then
    assert sorted(event["type"] for event in events) == sorted(SENT * 2)
    assert sorted(each.json()["type"] for each in house.receiver.at("/hook")) == sorted(SENT * 2)


async def test_extended_fidelity_sends_and_lists_every_type(open_house: OpenHouse) -> None:
    # given
    async with open_house(fidelity="extended") as house:
        made = await create_endpoint(house, house.receiver.on("/hook"), list(EVENT_TYPES))

        # when
        await upload_link(house)
        events = await listed(house, made["id"], 6)

        # then
        assert sorted(event["type"] for event in events) == sorted(ALL_SIX)
        sent = sorted(each.json()["type"] for each in house.receiver.at("/hook"))
        assert sent == sorted(ALL_SIX)


async def test_an_unknown_event_is_404(house: TestHouse) -> None:
    # given
    made = await create_endpoint(house, house.receiver.on("/hook"))

    for event_id in ("0" * 24, "abc", "*", "%3E"):
        # when
        path = f"{WEBHOOKS}/{made['id']}/events/{event_id}"
        answer = await house.http.get(path, headers=BEARER)

        # then
        assert (answer.status_code, message(answer)) == (404, "no such event of this endpoint")
