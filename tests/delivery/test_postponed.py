"""Postponed deliveries: they wait for virtual time, and end without HTTP if their endpoint is gone."""

from datetime import datetime, timedelta
from typing import Any

from telecine.shared.wire.bus import connected
from telecine.simulations.receiver import Answer
from telecine.simulations.verify.house import verifier
from telecine.simulations.verify.queues import under_way
from tests.customer import Customer
from tests.house import OpenHouse, TestHouse
from tests.scraped import page
from tests.waiting import until

FAST = 1000


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def waiting(house: TestHouse) -> set[tuple[str, int]]:
    """Answer the delivery timers that are held or due: (delivery, attempt)."""
    assert house.settings.nats_url
    async with connected(house.settings.nats_url, "test") as bus:
        held = (await under_way(bus)).timers
    return {(key, number) for service, key, number in held if service == "delivery"}


async def postponed(house: TestHouse, *paths: str) -> dict[str, dict[str, Any]]:
    """Let one webhook fail at each path, once. Answers the postponed deliveries by path."""
    customer = Customer(house.http)
    endpoints = {
        path: await customer.endpoint(house.receiver.on(path, Answer(500), Answer()))
        for path in paths
    }
    await customer.upload()
    return {path: await customer.one(endpoints[path], "postponed") for path in paths}


async def clean(house: TestHouse) -> None:
    async with verifier(house.settings) as verify:
        findings = await verify.until_clean(patience=10)
    assert findings.problems == []


async def test_while_time_is_frozen_a_postponed_webhook_waits(open_house: OpenHouse) -> None:
    async with open_house(speed=0) as house:
        customer = Customer(house.http)
        found = await postponed(house, "/failing")
        good = await customer.endpoint(house.receiver.on("/good"))

        # Others come and go at the same frozen moment; this one stays where it is.
        for number in range(3):
            await customer.upload(f"later {number}")
        await house.receiver.wait(lambda it: len(it.at("/good")) == 3)

        one = await customer.delivery(found["/failing"]["id"])
        assert one["delivery"]["state"] == "postponed"
        assert (one["delivery"]["id"], 2) in await waiting(house)
        ids = [taken.headers["webhook-id"] for taken in house.receiver.at("/failing")]
        assert ids.count(one["delivery"]["id"]) == 1
        frozen = {taken.headers["telecine-time"] for taken in house.receiver.received}
        assert len(frozen) == 1, "no virtual time has passed"
        assert await customer.deliveries(endpoint_id=good, state="postponed") == []


async def test_when_time_runs_again_each_goes_out_at_its_own_due_time(
    open_house: OpenHouse,
) -> None:
    async with open_house(speed=0) as house:
        customer = Customer(house.http)
        found = await postponed(house, "/a", "/b", "/c")

        await customer.speed(FAST)
        details = [await customer.ended(f["endpoint_id"], "succeeded") for f in found.values()]

        for detail in details:
            first, second = detail["attempts"]
            assert first["ended_at"] == first["started_at"], "frozen, an attempt takes no time"
            assert moment(first["next_at"]) - moment(first["ended_at"]) == timedelta(seconds=5)
            assert second["started_at"] == first["next_at"]
        assert await until(lambda: none_waiting(house))
        await clean(house)


async def none_waiting(house: TestHouse) -> bool:
    return not await waiting(house)


async def test_what_is_postponed_for_an_endpoint_that_is_deleted_is_discarded_without_http(
    open_house: OpenHouse,
) -> None:
    async with open_house(speed=0) as house:
        customer = Customer(house.http)
        found = (await postponed(house, "/hook"))["/hook"]
        await customer.delete(found["endpoint_id"])

        await customer.speed(FAST)
        detail = await customer.ended(found["endpoint_id"], "discarded")

        delivery = detail["delivery"]
        assert (delivery["ended"], delivery["attempts"]) == ("endpoint_deleted", 1)
        assert (delivery["next_at"], delivery["reason"]) == (None, None)
        assert [attempt["number"] for attempt in detail["attempts"]] == [1]
        assert '"video.uploaded"' in detail["body"], "a resend has its source"
        assert await until(lambda: none_waiting(house))
        assert len(house.receiver.at("/hook")) == 1
        await clean(house)


async def test_what_is_postponed_for_an_endpoint_that_is_off_is_held_and_goes_out_when_it_is_on(
    open_house: OpenHouse,
) -> None:
    async with open_house(speed=0) as house:
        customer = Customer(house.http)
        found = (await postponed(house, "/hook"))["/hook"]
        await customer.switch(found["endpoint_id"], active=False)

        await customer.speed(FAST)
        held = await customer.ended(found["endpoint_id"], "parked")
        assert await until(lambda: none_waiting(house))
        await clean(house)
        requests = len(house.receiver.at("/hook"))
        await customer.switch(found["endpoint_id"], active=True)
        detail = await customer.ended(found["endpoint_id"], "succeeded")

        assert (held["delivery"]["reason"], held["delivery"]["next_at"]) == ("disabled", None)
        assert requests == 1, "nothing is sent to an endpoint that is switched off"
        assert [(a["number"], a["trigger"]) for a in detail["attempts"]] == [
            (1, "first"),
            (2, "retry"),
        ]
        assert len(house.receiver.at("/hook")) == 2
        await clean(house)


async def test_an_endpoint_that_is_switched_on_again_in_time_gets_its_retry(
    open_house: OpenHouse,
) -> None:
    async with open_house(speed=0) as house:
        customer = Customer(house.http)
        found = (await postponed(house, "/hook"))["/hook"]
        await customer.switch(found["endpoint_id"], active=False)
        await customer.switch(found["endpoint_id"], active=True)

        await customer.speed(FAST)
        detail = await customer.ended(found["endpoint_id"], "succeeded")

        assert [attempt["number"] for attempt in detail["attempts"]] == [1, 2]


async def test_the_breaker_of_an_endpoint_that_is_deleted_is_not_told_as_open_for_ever(
    open_house: OpenHouse,
) -> None:
    async with open_house(speed=0) as house:
        customer = Customer(house.http)
        one = await customer.endpoint(house.receiver.on("/hook", Answer(429)))
        await customer.upload()
        await customer.one(one, "postponed")

        async def are_open(number: int) -> bool:
            return (await page(house.http)).value("telecine_breakers_open") == number

        await until(lambda: are_open(1), deadline=20)
        await customer.delete(one)

        assert await until(lambda: are_open(0), deadline=20)
