"""Webhook endpoints over HTTP, against a whole house."""

import asyncio
import re

import pytest

from tests.house import TestHouse
from tests.platforms.omega import samples
from tests.platforms.omega.api import (
    BEARER,
    OTHER,
    WEBHOOKS,
    create_endpoint,
    message,
    read,
    upload_link,
)

SPELLINGS = [WEBHOOKS, "/company/webhooks", "/company/company/webhooks"]
URL = "http://localhost:8888/webhook"
BODY = {"url": URL, "events": ["video.uploaded"]}


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_create_answers_200_and_the_documented_object(house: TestHouse, method: str) -> None:
    # given
    events = samples.ENDPOINT["events"]

    # when
    answer = await house.http.request(
        method, WEBHOOKS, json={"url": URL, "events": events}, headers=BEARER
    )

    # then
    shape = answer.json()
    assert answer.status_code == 200
    assert list(shape) == list(samples.ENDPOINT)
    assert re.fullmatch("[0-9a-f]{24}", shape["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", shape["created_at"])
    assert shape["coid"] == "omega-cop-demo"
    assert (shape["url"], shape["description"], shape["active"]) == (URL, None, True)
    assert shape["events"] == events
    assert [each["id"] for each in await read(house, f"{WEBHOOKS}/all")] == [shape["id"]]


async def test_get_without_a_body_lists_as_all_does(house: TestHouse) -> None:
    # given
    assert await read(house, WEBHOOKS) == []
    first = await create_endpoint(house, URL)
    second = await create_endpoint(house, URL)

    # when
    listed = await read(house, WEBHOOKS)

    # then
    assert [each["id"] for each in listed] == [second["id"], first["id"]], "newest first"
    assert listed == await read(house, f"{WEBHOOKS}/all")
    assert list(listed[0]) == list(samples.ENDPOINT)
    assert re.search(r"\.\d{3}Z$", listed[0]["created_at"]), "read with milliseconds"


async def test_a_list_is_whole_however_many_there_are(house: TestHouse) -> None:
    # given
    made = await asyncio.gather(*(create_endpoint(house, f"{URL}/{n}") for n in range(103)))

    # then
    listed = await read(house, f"{WEBHOOKS}/all")
    assert sorted(each["url"] for each in listed) == sorted(each["url"] for each in made)


async def test_a_list_of_the_largest_endpoints_is_more_than_one_message(house: TestHouse) -> None:
    # given
    start = "http://localhost/"
    body = {
        "url": start + "\N{CLAPPER BOARD}" * (2048 - len(start)),
        "description": "\x01" * 1000,
        "events": samples.ENDPOINT["events"],
    }
    calls = [house.http.post(WEBHOOKS, json=body, headers=BEARER) for _ in range(100)]
    assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}

    # when
    answer = await house.http.get(WEBHOOKS, headers=BEARER)

    # then
    assert len(answer.json()) == 100
    assert len(answer.content) > 1024 * 1024


async def test_an_organisation_lists_its_own_endpoints_only(house: TestHouse) -> None:
    # given
    await create_endpoint(house, URL)

    # then
    answer = await house.http.get(f"{WEBHOOKS}/all", headers=OTHER)
    assert answer.json() == []


async def test_the_same_idempotency_key_makes_one_endpoint(house: TestHouse) -> None:
    # when
    first, again, other = [
        await create_endpoint(house, URL, headers={"Idempotency-Key": key}) for key in "aab"
    ]

    # then
    assert first == again
    assert other["id"] != first["id"]


async def test_a_key_whose_endpoint_was_deleted_is_a_conflict(house: TestHouse) -> None:
    # given
    headers = {**BEARER, "Idempotency-Key": "a"}
    made = (await house.http.post(WEBHOOKS, json=BODY, headers=headers)).json()
    await house.http.delete(f"{WEBHOOKS}/{made['id']}", headers=BEARER)

    # when
    answer = await house.http.post(WEBHOOKS, json=BODY, headers=headers)

    # then
    assert answer.status_code == 409
    assert "deleted" in message(answer)


@pytest.mark.parametrize("path", SPELLINGS)
async def test_update_replaces_what_create_set(house: TestHouse, path: str) -> None:
    # given
    made = await create_endpoint(house, URL)
    wish = {"url": f"{URL}/new", "events": ["video.deleted"], "description": "new"}

    # when
    answer = await house.http.put(f"{path}/{made['id']}", json=wish, headers=BEARER)

    # then
    shape = answer.json()
    assert answer.status_code == 200
    assert list(shape) == list(samples.ENDPOINT)
    assert {key: shape[key] for key in wish} == wish
    assert shape["id"] == made["id"]
    assert shape["updated_at"] >= shape["created_at"]
    assert await read(house, f"{WEBHOOKS}/all") == [shape]

    # and without a description there is none again
    answer = await house.http.put(f"{path}/{made['id']}", json=BODY, headers=BEARER)
    assert answer.json()["description"] is None


@pytest.mark.parametrize("path", SPELLINGS)
async def test_status_switches_an_endpoint_off_and_on(house: TestHouse, path: str) -> None:
    # given
    made = await create_endpoint(house, URL)

    for active in (False, False, True):
        # when
        answer = await house.http.post(
            f"{path}/{made['id']}/status", json={"active": active}, headers=BEARER
        )

        # then
        assert answer.status_code == 200
        assert list(answer.json()) == list(samples.ENDPOINT)
        assert answer.json()["active"] is active
        assert (await read(house, WEBHOOKS))[0]["active"] is active


async def test_an_endpoint_that_is_off_has_no_effect(house: TestHouse) -> None:
    # given
    off = await create_endpoint(house, house.receiver.on("/off"), ["video.uploaded"])
    await house.http.post(f"{WEBHOOKS}/{off['id']}/status", json={"active": False}, headers=BEARER)
    await create_endpoint(house, house.receiver.on("/on"), ["video.uploaded"])

    # when: the second webhook of the other proves that the first video was matched
    for _ in range(2):
        await upload_link(house)
    await house.receiver.wait(lambda it: len(it.at("/on")) == 2)

    # then
    assert house.receiver.at("/off") == []
    assert await read(house, f"{WEBHOOKS}/{off['id']}") == []
