"""Resending: one more attempt because somebody asked for it, whatever became of those before."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from telecine.delivery.records import Entry, Records, Written
from telecine.shared.errors import Unavailable
from telecine.shared.wire.bus import connected
from telecine.simulations.receiver import Answer
from telecine.simulations.verify.house import verifier
from telecine.simulations.verify.queues import under_way
from tests import house as houses
from tests.customer import BEARER, Customer
from tests.house import TestHouse
from tests.waiting import until

FAST = 1000


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestHouse]:
    """One house with a short schedule for all tests of this file; each brings its own endpoints."""
    data = tmp_path_factory.mktemp("house") / "data"
    async with houses.opened(data, speed=0, retries="mux") as running:
        yield running


@pytest.fixture
async def customer(house: TestHouse) -> AsyncIterator[Customer]:
    """The customer of a frozen house without endpoints."""
    customer = Customer(house.http)
    house.receiver.received.clear()
    await customer.speed(0)
    yield customer
    for endpoint in (await customer.call("GET", "/v1/endpoints"))["endpoints"]:
        await customer.delete(endpoint["id"])


async def ask(house: TestHouse, delivery_id: str, key: str | None = None) -> httpx.Response:
    headers = {**BEARER, **({"idempotency-key": key} if key else {})}
    return await house.http.post(f"/v1/deliveries/{delivery_id}/resend", headers=headers)


async def resend(house: TestHouse, delivery_id: str, key: str | None = None) -> int:
    """Resend, and wait until that is on record. Answers the attempt's number."""
    answer = await ask(house, delivery_id, key)
    assert answer.status_code == 202, answer.text
    number = int(answer.json()["number"])
    await attempted(house, delivery_id, number)
    return number


async def attempted(house: TestHouse, delivery_id: str, number: int) -> Any:
    """Wait until an attempt of a delivery is on record. Answers the delivery in detail."""

    async def there() -> Any:
        found = await Customer(house.http).delivery(delivery_id)
        return found if any(each["number"] == number for each in found["attempts"]) else None

    return await until(there)


async def clean(house: TestHouse) -> None:
    async with verifier(house.settings) as verify:
        findings = await verify.until_clean(patience=10)
    assert findings.problems == []


async def owed_of(house: TestHouse) -> list[str]:
    """Answer the subjects of the work that nobody has acknowledged yet."""
    assert house.settings.nats_url
    async with connected(house.settings.nats_url, "test") as bus:
        info = await bus.js.stream_info("DELIVERIES", subjects_filter=">")
    return sorted(info.state.subjects or {})


async def timers_of(house: TestHouse, delivery_id: str) -> list[int]:
    """Answer which attempts of a delivery a timer is set for."""
    assert house.settings.nats_url
    async with connected(house.settings.nats_url, "test") as bus:
        held = (await under_way(bus)).timers
    return sorted(number for _, key, number in held if key == delivery_id)


def story(found: Any) -> list[tuple[int, str, bool]]:
    """Answer the attempts in short: number, trigger, whether it was good."""
    return [(a["number"], a["trigger"], a["error"] is None) for a in found["attempts"]]


async def test_a_resend_sends_the_same_webhook_once_more_signed_anew(
    house: TestHouse, customer: Customer
) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook"))
    await customer.upload()
    delivery = await customer.one(endpoint, "succeeded")

    number = await resend(house, delivery["id"])

    found = await customer.delivery(delivery["id"])
    first, second = house.receiver.received
    assert number == 2
    assert story(found) == [(1, "first", True), (2, "resend", True)]
    assert (found["delivery"]["state"], found["delivery"]["attempts"]) == ("succeeded", 2)
    assert second.body == first.body == found["body"].encode()
    assert second.headers["webhook-id"] == first.headers["webhook-id"] == delivery["id"]
    assert second.headers["webhook-signature"].startswith("v1,")
    await clean(house)


async def test_a_failed_resend_schedules_no_retry_and_takes_nothing_back(
    house: TestHouse, customer: Customer
) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(), Answer(500)))
    await customer.upload()
    delivery = await customer.one(endpoint, "succeeded")

    await resend(house, delivery["id"])
    await resend(house, delivery["id"])

    found = await customer.delivery(delivery["id"])
    assert story(found) == [(1, "first", True), (2, "resend", False), (3, "resend", False)]
    assert (found["delivery"]["state"], found["delivery"]["next_at"]) == ("succeeded", None)
    assert await timers_of(house, delivery["id"]) == []
    await clean(house)


async def test_a_failed_resend_leaves_a_postponed_delivery_its_schedule(
    house: TestHouse, customer: Customer
) -> None:
    answers = (Answer(500), Answer(503), Answer(500), Answer())
    endpoint = await customer.endpoint(house.receiver.on("/hook", *answers))
    await customer.upload()
    before = await customer.one(endpoint, "postponed")

    number = await resend(house, before["id"])
    after = await customer.one(endpoint, "postponed")
    held = await until(lambda: timers_of(house, before["id"]))
    await clean(house)
    await customer.speed(FAST)

    found = await customer.ended(endpoint, "succeeded")
    assert (number, after["next_at"]) == (2, before["next_at"])
    assert 3 in held
    assert story(found) == [
        (1, "first", False),
        (2, "resend", False),
        (3, "retry", False),
        (4, "retry", True),
    ]
    assert found["attempts"][2]["started_at"] == before["next_at"]
    await clean(house)


async def test_a_good_resend_ends_the_waiting_of_a_postponed_delivery(
    house: TestHouse, customer: Customer
) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(500), Answer()))
    await customer.upload()
    delivery = await customer.one(endpoint, "postponed")

    await resend(house, delivery["id"])

    async def forgotten() -> bool:
        return await timers_of(house, delivery["id"]) == []

    found = await customer.ended(endpoint, "succeeded")
    await until(forgotten)
    assert story(found) == [(1, "first", False), (2, "resend", True)]
    await clean(house)


async def test_an_exhausted_delivery_is_resent_and_its_end_stays_until_it_succeeds(
    house: TestHouse, customer: Customer
) -> None:
    tries = 11
    failures = [Answer(500)] * (tries + 1)
    endpoint = await customer.endpoint(house.receiver.on("/hook", *failures, Answer()))
    await customer.speed(1_000_000)
    await customer.upload()
    delivery = await customer.one(endpoint, "exhausted")

    await resend(house, delivery["id"])
    failed = await customer.one(endpoint, "exhausted")
    await resend(house, delivery["id"])

    found = await customer.ended(endpoint, "succeeded")
    assert failed["attempts"] == tries + 1
    assert story(found)[-2:] == [(tries + 1, "resend", False), (tries + 2, "resend", True)]
    await clean(house)


async def test_a_delivery_that_is_held_is_not_resent_while_its_endpoint_is_off(
    house: TestHouse, customer: Customer
) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(500), Answer()))
    await customer.upload()
    delivery = await customer.one(endpoint, "postponed")
    await customer.switch(endpoint, active=False)
    await customer.speed(FAST)
    await customer.one(endpoint, "parked")
    await customer.speed(0)

    refused = await ask(house, delivery["id"])

    assert refused.status_code == 409
    assert "activate" in refused.json()["error"]["message"]
    await clean(house)


async def test_nothing_is_resent_to_a_deleted_endpoint(
    house: TestHouse, customer: Customer
) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook"))
    await customer.upload()
    delivery = await customer.one(endpoint, "succeeded")
    await customer.delete(endpoint)

    answer = await ask(house, delivery["id"])

    assert answer.status_code == 409
    assert "deleted" in answer.json()["error"]["message"]
    assert len(house.receiver.received) == 1


async def test_one_idempotency_key_makes_one_attempt(house: TestHouse, customer: Customer) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook"))
    await customer.upload()
    delivery = await customer.one(endpoint, "succeeded")

    first = await ask(house, delivery["id"], "once")
    await attempted(house, delivery["id"], 2)
    second = await ask(house, delivery["id"], "once")
    await resend(house, delivery["id"], "another")

    found = await customer.delivery(delivery["id"])
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json()["number"] == first.json()["number"] == 2
    assert [each["number"] for each in found["attempts"]] == [1, 2, 3]


async def test_several_resends_at_once_are_an_attempt_each(
    house: TestHouse, customer: Customer
) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook"))
    await customer.upload()
    delivery = await customer.one(endpoint, "succeeded")

    for _ in range(5):
        assert (await ask(house, delivery["id"])).status_code == 202

    found = await attempted(house, delivery["id"], 6)
    assert sorted(each["number"] for each in found["attempts"]) == [1, 2, 3, 4, 5, 6]
    assert {each["trigger"] for each in found["attempts"][1:]} == {"resend"}
    await clean(house)


@pytest.mark.parametrize("delivery_id", ["nothing", "%00", "a.b", "*"])
async def test_an_unknown_delivery_cannot_be_resent(house: TestHouse, delivery_id: str) -> None:
    answer = await ask(house, delivery_id)

    assert answer.status_code == 404


async def test_another_organisations_delivery_cannot_be_resent(
    house: TestHouse, customer: Customer
) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook"))
    await customer.upload()
    delivery = await customer.one(endpoint, "succeeded")

    path, headers = (
        f"/v1/deliveries/{delivery['id']}/resend",
        {"authorization": "Bearer other-key"},
    )
    answer = await house.http.post(path, headers=headers)

    assert answer.status_code == 404
    assert len(house.receiver.received) == 1


@pytest.mark.parametrize("committed", [False, True], ids=["lost", "cut-off"])
async def test_an_outage_of_the_database_repeats_no_resend(
    house: TestHouse, customer: Customer, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    endpoint = await customer.endpoint(house.receiver.on("/hook"))
    await customer.upload()
    delivery = await customer.one(endpoint, "succeeded")
    write = Records.write
    tries: list[Entry] = []

    async def away_twice(records: Records, entries: list[Entry]) -> Written:
        tries.extend(entries)
        if committed and len(tries) == 1:
            await write(records, entries)
        if len(tries) <= 2:
            raise Unavailable("the database is away")
        return await write(records, entries)

    monkeypatch.setattr(Records, "write", away_twice)
    await resend(house, delivery["id"])

    async def idle() -> bool:
        return not await owed_of(house)

    await until(idle)
    assert len(tries) == (1 if committed else 3)
    assert len(house.receiver.received) == 2
    assert story(await customer.delivery(delivery["id"])) == [
        (1, "first", True),
        (2, "resend", True),
    ]
    await clean(house)
