"""`POST /v1/reset`: a new run in place, with nothing of the old one in it, however busy that was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.errors import ServiceUnavailableError

from telecine.delivery import service as delivery
from telecine.gateway import resetting
from telecine.shared.copies.runs import Marker, Sign, read_marker, sign, write_marker
from telecine.shared.wire import streams
from telecine.shared.wire.bus import connected
from telecine.simulations.local import SERVICES
from telecine.simulations.receiver import Answer
from telecine.simulations.verify.house import verifier
from tests.customer import BEARER, Customer
from tests.gateway.copies import another_gateway
from tests.house import OpenHouse, TestHouse
from tests.waiting import until


async def ask(http: httpx.AsyncClient, key: str | None = None) -> httpx.Response:
    headers = {**BEARER, **({"idempotency-key": key} if key else {})}
    return await http.post("/v1/reset", headers=headers, timeout=60)


async def reset(house: TestHouse) -> Any:
    answer = await ask(house.http)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def everything(http: httpx.AsyncClient) -> dict[str, Any]:
    """Answer all that `/v1` and the platforms show of a house."""
    shown = {}
    for path, name in (
        ("/v1/endpoints", "endpoints"),
        ("/v1/deliveries", "deliveries"),
        ("/v1/events", "events"),
        ("/v1/events?category=endpoint", "events"),
        ("/company/client/video", "data"),
    ):
        answer = await http.get(path, headers=BEARER)
        assert answer.status_code == 200, answer.text
        shown[path] = answer.json()[name]
    return shown


async def clean(house: TestHouse) -> None:
    async with verifier(house.settings) as verify:
        findings = await verify.until_clean(patience=10)
    assert findings.problems == []


async def works(house: TestHouse, path: str) -> None:
    """See a fresh upload through to its webhook."""
    customer = Customer(house.http)
    endpoint = await customer.endpoint(house.receiver.on(path))
    video_id = await customer.upload()
    await customer.one(endpoint, "succeeded")
    (received,) = house.receiver.at(path)
    assert received.json()["data"]["video"]["uuid"] == video_id


async def test_a_new_run_is_empty_at_wall_time_and_works(open_house: OpenHouse) -> None:
    async with open_house(speed=3600) as house:
        customer = Customer(house.http)
        failing = await customer.endpoint(house.receiver.on("/failing", *[Answer(500)] * 50))
        await customer.upload()
        await until(lambda: len(house.receiver.received) > 3)
        uploads = house.settings.uploads
        (uploads / "left.claim").write_text("{")
        await customer.speed(0)

        clock = await reset(house)

        now = datetime.fromisoformat(clock["now"])
        assert abs(now - datetime.now(UTC)) < timedelta(hours=12)
        assert clock["speed"] == 3600
        assert not any((await everything(house.http)).values())
        assert list(uploads.iterdir()) == []
        seen = len(house.receiver.at("/failing"))
        await works(house, "/fresh")
        await clean(house)
        assert len(house.receiver.at("/failing")) == seen, f"{failing} is of the old run"


async def test_twice_in_a_row_and_credentials_are_as_configured(house: TestHouse) -> None:
    body = {"username": "demo", "password": "demo-key"}
    token = (await house.http.post("/api/auth/login/", json=body)).json()["token"]
    path = "/company/client/account/revoke_api_key"
    new = (await house.http.post(path, json={"key": "demo-key"}, headers=BEARER)).json()["api_key"]

    by_new = {"authorization": f"Bearer {new}"}
    first = await house.http.post("/v1/reset", headers=by_new, timeout=60)
    await reset(house)

    by_token = {"authorization": f"Token {token}"}
    assert first.status_code == 200
    assert (await house.http.get("/v1/clock", headers=by_new)).status_code == 401
    assert (await house.http.get("/api/v1/demo/assets/", headers=by_token)).status_code == 401
    await works(house, "/hook")


async def test_in_the_middle_of_a_burst_nothing_of_it_is_left(house: TestHouse) -> None:
    customer = Customer(house.http)
    await customer.endpoint(house.receiver.on("/old"), "video.uploaded", "video.process_succeeded")
    over = asyncio.Event()
    statuses: set[int] = set()

    async def upload() -> None:
        while not over.is_set():
            body = {"url": "http://example.com/a.mp4", "title": "old"}
            answer = await house.http.post(
                "/company/client/video/stream/copy", json=body, headers=BEARER
            )
            statuses.add(answer.status_code)
            if answer.status_code == 503:
                assert "retry-after" in answer.headers
                return

    uploads = [asyncio.create_task(upload()) for _ in range(8)]
    await until(lambda: len(house.receiver.received) > 20)
    await reset(house)
    seen = len(house.receiver.received)
    over.set()
    await asyncio.gather(*uploads)

    assert statuses <= {200, 503}
    await works(house, "/new")
    await clean(house)
    assert len(house.receiver.at("/old")) + 1 == len(house.receiver.received)
    assert len(house.receiver.at("/old")) == seen


async def test_one_key_makes_one_new_run(house: TestHouse) -> None:
    first = await ask(house.http, "once")
    video = await Customer(house.http).upload()
    again = await ask(house.http, "once")

    shown = await house.http.get(f"/company/client/video/{video}", headers=BEARER)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert shown.status_code == 200


@asynccontextmanager
async def copies(house: TestHouse) -> AsyncIterator[httpx.AsyncClient]:
    """A second copy of every service of a house; answers a client of the second gateway."""
    async with (
        SERVICES["ingest"].running(house.settings),
        SERVICES["subscriptions"].running(house.settings),
        delivery.running(house.settings),
        SERVICES["transcoder"].running(house.settings),
        SERVICES["clock"].running(house.settings),
        another_gateway(house) as second,
    ):
        yield second


async def test_two_copies_of_each_service_begin_the_new_run_together(house: TestHouse) -> None:
    async with copies(house) as second:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/old"))
        await customer.upload()
        await customer.one(endpoint, "succeeded")

        answer = await ask(second)

        assert answer.status_code == 200, answer.text
        for http in (house.http, second):
            assert not any((await everything(http)).values())
        await works(house, "/new")
        await clean(house)


async def test_of_two_at_once_one_is_told_that_a_reset_is_under_way(house: TestHouse) -> None:
    async with another_gateway(house) as second:
        answers = await asyncio.gather(ask(house.http), ask(second))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert statuses[1] in {200, 409, 503}
    await works(house, "/hook")


async def test_who_does_not_follow_is_named_and_nothing_is_lost(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resetting, "PATIENCE", 2.0)
    customer = Customer(house.http)
    video_id = await customer.upload()
    assert house.settings.nats_url
    deaf = Sign(service="delivery", instance="deaf", run=1, place="in")
    async with connected(house.settings.nats_url, "test") as bus:

        async def go_on() -> None:
            while True:
                await sign(bus, deaf)
                await asyncio.sleep(0.2)

        signing = asyncio.create_task(go_on())
        answer = await ask(house.http)
        signing.cancel()

    assert answer.status_code == 504
    assert "delivery deaf" in answer.json()["error"]["message"]
    await until(lambda: customer.history(video_id))
    await works(house, "/hook")
    await clean(house)


async def test_a_reset_whose_leader_died_is_finished_by_the_next_gateway(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    async with open_house() as house:
        await Customer(house.http).upload()
        assert house.settings.nats_url
        async with connected(house.settings.nats_url, "test") as bus:
            marker, position = await read_marker(bus)
            dead = Marker(run=marker.run + 1, phase="emptying", by="nobody")
            await write_marker(bus, dead, position)

            async def finished() -> bool:
                return (await read_marker(bus))[0].phase == "running"

            await until(finished, deadline=30)

        async def ready() -> bool:
            return (await house.http.get("/readyz")).status_code == 200

        await until(ready, deadline=30)
        assert not any((await everything(house.http)).values())


async def test_only_who_has_a_key_may_reset(house: TestHouse) -> None:
    video = await Customer(house.http).upload()

    without = await house.http.post("/v1/reset")
    nobody = await house.http.post("/v1/reset", headers={"authorization": "Bearer nobody"})

    shown = await house.http.get(f"/company/client/video/{video}", headers=BEARER)
    assert (without.status_code, nobody.status_code, shown.status_code) == (401, 401, 200)


async def test_a_reset_in_whose_midst_nats_does_not_answer_is_finished_when_it_does(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Customer(house.http).upload()
    silences: list[Exception] = [NatsTimeout(), ServiceUnavailableError()]

    async def make_anew(js: JetStreamContext) -> None:
        if silences:
            raise silences.pop()
        await streams.make_anew(js)

    monkeypatch.setattr(resetting, "make_anew", make_anew)

    answer = await ask(house.http)

    async def ready() -> bool:
        return (await house.http.get("/readyz")).status_code == 200

    await until(ready, deadline=30)
    assert (answer.status_code, silences) == (503, [])
    assert not any((await everything(house.http)).values())
