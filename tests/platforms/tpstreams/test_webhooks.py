"""Webhooks are created, listed, replaced and deleted as seed 004 documents it."""

import asyncio
from urllib.parse import urlsplit
from uuid import UUID

from telecine.platforms.urls import MAX_URL
from telecine.shared.contracts.endpoint_settings import MAX_DESCRIPTION
from tests.customer import BEARER
from tests.house import TestHouse
from tests.platforms.tpstreams import documented
from tests.platforms.tpstreams.calling import KEY, NOBODY, WEBHOOK, WEBHOOKS, make_webhook

OTHER_KEY = {"Authorization": "Token other-key"}


async def test_created_webhook_is_shown_with_its_token_in_the_documented_order(
    standing: TestHouse,
) -> None:
    # when
    answer = await standing.http.post(WEBHOOKS, json=WEBHOOK, headers=KEY)

    # then
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    shown = answer.json()
    assert list(shown) == list(documented.WEBHOOK)
    assert shown == {**documented.WEBHOOK, "id": shown["id"]}
    assert str(UUID(shown["id"])) == shown["id"]


async def test_created_webhook_is_listed_at_once(standing: TestHouse) -> None:
    # given
    made = await make_webhook(standing.http)

    # when
    answer = await standing.http.get(WEBHOOKS, headers=KEY)

    # then
    assert answer.status_code == 200
    envelope = answer.json()
    assert list(envelope) == ["count", "next", "previous", "results"]
    assert envelope["results"][0] == made
    assert list(envelope["results"][0]) == list(documented.WEBHOOK)


async def test_same_idempotency_key_finds_the_same_webhook(standing: TestHouse) -> None:
    # given
    headers = {**KEY, "Idempotency-Key": "one"}

    # when
    answers = [await standing.http.post(WEBHOOKS, json=WEBHOOK, headers=headers) for _ in "ab"]

    # then
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


async def test_request_whose_webhook_is_deleted_is_a_conflict(standing: TestHouse) -> None:
    # given
    headers = {**KEY, "Idempotency-Key": "deleted"}
    made = (await standing.http.post(WEBHOOKS, json=WEBHOOK, headers=headers)).json()
    await standing.http.delete(f"{WEBHOOKS}{made['id']}/", headers=KEY)

    # when
    answer = await standing.http.post(WEBHOOKS, json=WEBHOOK, headers=headers)

    # then
    assert answer.status_code == 409
    assert answer.json() == {"detail": "this request made an endpoint that has been deleted since"}


async def test_update_replaces_url_and_token(standing: TestHouse) -> None:
    # given
    made = await make_webhook(standing.http)
    changed = {"url": "https://sample1.beeceptor.com", "secret_token": "other"}

    # when
    answer = await standing.http.put(f"{WEBHOOKS}{made['id']}/", json=changed, headers=KEY)

    # then
    assert answer.status_code == 200
    assert answer.json() == {**changed, "id": made["id"]}
    assert list(answer.json()) == list(documented.WEBHOOK)
    listed = (await standing.http.get(WEBHOOKS, headers=KEY)).json()["results"]
    assert answer.json() in listed


async def test_update_is_a_full_one(standing: TestHouse) -> None:
    # given
    made = await make_webhook(standing.http)

    # when
    answer = await standing.http.put(
        f"{WEBHOOKS}{made['id']}/", json={"url": made["url"]}, headers=KEY
    )

    # then
    assert answer.status_code == 400
    assert answer.json() == {"secret_token": ["This field is required."]}


async def test_deleted_webhook_is_gone_and_cannot_be_deleted_again(standing: TestHouse) -> None:
    # given
    made = await make_webhook(standing.http)
    path = f"{WEBHOOKS}{made['id']}/"

    # when
    first = await standing.http.delete(path, headers=KEY)
    second = await standing.http.delete(path, headers=KEY)
    change = await standing.http.put(path, json=WEBHOOK, headers=KEY)

    # then
    assert (first.status_code, first.content) == (204, b"")
    assert (second.status_code, second.json()) == (404, documented.NOT_FOUND)
    assert (change.status_code, change.json()) == (404, documented.NOT_FOUND)
    listed = (await standing.http.get(WEBHOOKS, headers=KEY)).json()["results"]
    assert made["id"] not in [each["id"] for each in listed]


async def test_another_organisations_webhook_is_unknown(standing: TestHouse) -> None:
    # given
    made = await make_webhook(standing.http)
    path = f"/api/v1/other/webhooks/{made['id']}/"

    # when
    change = await standing.http.put(path, json=WEBHOOK, headers=OTHER_KEY)
    deletion = await standing.http.delete(path, headers=OTHER_KEY)

    # then
    assert (change.status_code, change.json()) == (404, documented.NOT_FOUND)
    assert (deletion.status_code, deletion.json()) == (404, documented.NOT_FOUND)
    listed = (await standing.http.get(WEBHOOKS, headers=KEY)).json()["results"]
    assert made in listed


async def test_pages_lead_through_all_webhooks_and_back(standing: TestHouse) -> None:
    # given
    home = "/api/v1/other/webhooks/"
    for number in range(5):
        body = {**WEBHOOK, "secret_token": f"token-{number}"}
        await standing.http.post(home, json=body, headers=OTHER_KEY)

    # when
    seen, address = [], f"{standing.url}{home}?limit=2"
    while address:
        page = (await standing.http.get(address, headers=OTHER_KEY)).json()
        seen.append(page)
        address = page["next"]

    # then
    tokens = [[each["secret_token"] for each in page["results"]] for page in seen]
    assert tokens == [["token-4", "token-3"], ["token-2", "token-1"], ["token-0"]]
    assert [page["count"] for page in seen] == [5, 5, 5]
    assert seen[1]["previous"] == f"{standing.url}{home}?limit=2"
    assert seen[2]["previous"] == f"{standing.url}{home}?limit=2&offset=2"
    assert urlsplit(seen[0]["next"]).query == "limit=2&offset=2"


async def test_a_page_of_the_largest_webhooks_is_listed_whole(standing: TestHouse) -> None:
    # given
    largest = {
        "platform": "tpstreams",
        "url": f"{WEBHOOK['url']}/{'a' * (MAX_URL - len(WEBHOOK['url']) - 1)}",
        "description": "\N{CLAPPER BOARD}" * MAX_DESCRIPTION,
    }
    made = await asyncio.gather(
        *(standing.http.post("/v1/endpoints", json=largest, headers=BEARER) for _ in range(160))
    )
    assert {each.status_code for each in made} == {201}

    # when
    answer = await standing.http.get(f"{WEBHOOKS}?limit=500", headers=KEY)

    # then
    assert answer.status_code == 200, answer.text
    listed = {each["id"] for each in answer.json()["results"]}
    assert {each.json()["id"] for each in made} <= listed
    assert len(listed) == answer.json()["count"]


async def test_bad_page_is_refused_by_name(standing: TestHouse) -> None:
    answer = await standing.http.get(f"{WEBHOOKS}?limit=none", headers=KEY)

    assert answer.status_code == 400
    assert answer.json() == {"limit": ["A valid integer is required."]}


async def test_every_bad_field_is_named_in_one_answer(standing: TestHouse) -> None:
    # when
    answer = await standing.http.post(WEBHOOKS, json={"url": "x", "active": 1}, headers=KEY)

    # then
    assert answer.status_code == 400
    assert list(answer.json()) == ["url", "secret_token", "active"]


async def test_malformed_json_is_answered_in_the_frameworks_words(standing: TestHouse) -> None:
    # when
    answer = await standing.http.post(WEBHOOKS, content=b'{"url": ', headers=KEY)

    # then
    assert answer.status_code == 400
    assert answer.json() == {
        "detail": "JSON parse error - Expecting value: line 1 column 9 (char 8)"
    }


async def test_large_body_is_refused(standing: TestHouse) -> None:
    # when
    answer = await standing.http.post(WEBHOOKS, content=b" " * 262_145, headers=KEY)

    # then
    assert answer.status_code == 413
    assert list(answer.json()) == ["detail"]


async def test_form_is_refused(standing: TestHouse) -> None:
    answer = await standing.http.put(f"{WEBHOOKS}{NOBODY}/", data=WEBHOOK, headers=KEY)
    assert answer.status_code == 404  # the object is looked up first

    answer = await standing.http.post(WEBHOOKS, data=WEBHOOK, headers=KEY)
    assert answer.status_code == 415
