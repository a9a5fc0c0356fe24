"""`Idempotency-Key`: one key is one wish; with another body it is refused, in the platform's own shape."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.customer import Customer
from tests.gateway.copies import another_gateway
from tests.house import TestHouse

DEMO = {"authorization": "Bearer demo-key"}
LINK = "/company/client/video/stream/copy"


async def send(
    http: httpx.AsyncClient,
    key: str,
    path: str = LINK,
    body: Any = None,
    *,
    method: str = "POST",
    **headers: str,
) -> httpx.Response:
    body = body or {"url": "http://example.com/a.mp4", "title": "a"}
    sent = {**DEMO, "idempotency-key": key, **headers}
    return await http.request(method, path, json=body, headers=sent)


async def videos(house: TestHouse) -> int:
    answer = await house.http.get("/company/client/video", headers=DEMO)
    return int(answer.json()["total"])


#: A creating call of each platform: path, a body, another body, how a key is sent, an error's fields.
CREATING = {
    "omega video": (
        "/company/client/video",
        {"title": "a"},
        {"title": "b"},
        "Bearer",
        ["message"],
    ),
    "omega link": (
        LINK,
        {"url": "http://example.com/a.mp4", "title": "a"},
        {"url": "http://example.com/b.mp4", "title": "a"},
        "Bearer",
        ["message"],
    ),
    "omega webhook": (
        "/company/client/webhooks",
        {"url": "http://127.0.0.1:9/a", "events": ["video.uploaded"]},
        {"url": "http://127.0.0.1:9/b", "events": ["video.uploaded"]},
        "Bearer",
        ["message"],
    ),
    "tpstreams asset": (
        "/api/v1/demo/assets/videos/",
        {"inputs": [{"url": "http://example.com/a.mp4"}], "resolutions": ["240p"]},
        {"inputs": [{"url": "http://example.com/b.mp4"}], "resolutions": ["240p"]},
        "Token",
        ["detail"],
    ),
    "tpstreams webhook": (
        "/api/v1/demo/webhooks/",
        {"url": "http://127.0.0.1:9/a", "secret_token": "abcdef"},
        {"url": "http://127.0.0.1:9/b", "secret_token": "abcdef"},
        "Token",
        ["detail"],
    ),
}


@pytest.mark.parametrize("name", CREATING)
async def test_a_key_with_another_body_is_refused_in_the_platforms_own_shape(
    house: TestHouse, name: str
) -> None:
    path, body, other, scheme, fields = CREATING[name]
    by = {"authorization": f"{scheme} demo-key"}

    first = await send(house.http, "once", path, body, **by)
    again = await send(house.http, "once", path, body, **by)
    another = await send(house.http, "once", path, other, **by)

    assert first.status_code in {200, 201}
    identity = "uuid" if "uuid" in first.json() else "id"
    assert again.json()[identity] == first.json()[identity]
    assert another.status_code == 422
    assert list(another.json()) == fields
    assert "Idempotency-Key" in another.text


async def test_a_creation_by_get_is_a_wish_as_well(house: TestHouse) -> None:
    path, body, other, _, __ = CREATING["omega webhook"]

    first = await send(house.http, "once", path, body, method="GET")
    again = await send(house.http, "once", path, body, method="POST")
    another = await send(house.http, "once", path, other, method="GET")
    listed = await house.http.get(path, headers={**DEMO, "idempotency-key": "once"})

    assert first.json()["id"] == again.json()["id"]
    assert another.status_code == 422
    assert [each["id"] for each in listed.json()] == [first.json()["id"]]


async def test_a_key_is_one_organisations_at_one_path(house: TestHouse) -> None:
    body = {"title": "a", "url": "http://example.com/a.mp4"}

    mine = await send(house.http, "once", LINK, body)
    theirs = await send(
        house.http, "once", LINK, {**body, "title": "b"}, authorization="Bearer other-key"
    )
    elsewhere = await send(house.http, "once", "/company/client/video", {"title": "c"})

    assert [each.status_code for each in (mine, theirs, elsewhere)] == [200, 200, 201]


async def test_a_refused_wish_leaves_its_key_free(house: TestHouse) -> None:
    bad = await send(house.http, "once", LINK, {"title": "a"})
    good = await send(house.http, "once", LINK, {"title": "a", "url": "http://example.com/a.mp4"})

    assert (bad.status_code, good.status_code) == (400, 200)


async def test_an_unknown_caller_uses_up_no_key(house: TestHouse) -> None:
    unknown = await send(house.http, "once", authorization="Bearer nobody")
    good = await send(house.http, "once")

    assert (unknown.status_code, good.status_code) == (401, 200)


async def test_many_at_once_through_two_gateways_make_one_thing(house: TestHouse) -> None:
    async with another_gateway(house) as second:
        asked = (
            send(http, "once", LINK, {"url": f"http://example.com/{name}.mp4", "title": "a"})
            for _ in range(5)
            for http, name in ((house.http, "a"), (second, "b"))
        )
        answers = await asyncio.gather(*asked)

    statuses = sorted(answer.status_code for answer in answers)
    made = {answer.json()["uuid"] for answer in answers if answer.status_code == 200}
    assert statuses == [200] * 5 + [422] * 5
    assert len(made) == 1
    assert await videos(house) == 1


async def test_v1_answers_a_repeated_request_with_its_first_answer(house: TestHouse) -> None:
    customer = Customer(house.http)
    endpoint = await customer.endpoint(house.receiver.on("/hook"))
    await customer.upload()
    delivery = await customer.one(endpoint, "succeeded")
    path, headers = f"/v1/deliveries/{delivery['id']}/resend", {**DEMO, "idempotency-key": "once"}

    first = await house.http.post(path, headers=headers)
    await house.receiver.wait(lambda receiver: len(receiver.received) == 2)
    async with another_gateway(house) as second:
        again = await second.post(path, headers=headers)
        another = await second.post(path, headers=headers, json={"a": 1})

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert another.status_code == 422
    assert another.json()["error"]["status"] == 422


async def test_a_key_has_a_length(house: TestHouse) -> None:
    good, bad = await send(house.http, "k" * 255), await send(house.http, "k" * 256)

    assert (good.status_code, bad.status_code) == (200, 400)
    assert "255" in bad.json()["message"]


async def test_a_body_over_the_limit_is_refused_with_a_key_too(house: TestHouse) -> None:
    async def in_pieces() -> Any:
        for _ in range(6):
            yield b" " * 50_000

    headers = {**DEMO, "idempotency-key": "once"}
    answer = await house.http.post(LINK, content=in_pieces(), headers=headers)

    assert answer.status_code == 413
    assert (await send(house.http, "once")).status_code == 200
