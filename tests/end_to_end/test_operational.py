"""What comes of deliveries is acted upon and told: endpoints are disabled, and recover."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from telecine.delivery.publishing import FAILING
from telecine.simulations.receiver import Answer
from telecine.simulations.verify.house import verifier
from tests import rooms as houses
from tests.customer import Customer
from tests.house import OpenHouse, TestHouse
from tests.waiting import until

#: 75 virtual hours of retries in a third of a second.
FAST = 1_000_000
OPERATIONAL = ["endpoint.*", "delivery.*"]
House = tuple[TestHouse, Customer]


@pytest.fixture
async def watched(open_house: OpenHouse) -> AsyncIterator[House]:
    async with open_house(speed=FAST, disable_after=1) as house:
        yield house, Customer(house.http)


async def watch(house: House, *answers: Answer) -> str:
    """Make an endpoint that gets operational events and nothing else; answer its id."""
    test_house, customer = house
    body = {
        "platform": "omega",
        "url": test_house.receiver.on("/watch", *answers),
        "types": OPERATIONAL,
    }
    return str((await customer.call("POST", "/v1/endpoints", body, status=201))["id"])


def told(house: House) -> list[dict[str, Any]]:
    """Answer what the watcher was told, each once, in the order of its coming."""
    seen: dict[str, dict[str, Any]] = {}
    for each in house[0].receiver.received:
        if each.path == "/watch":
            seen.setdefault(each.headers["webhook-id"], each.json())
    return list(seen.values())


async def until_told(house: House, event_type: str) -> dict[str, Any]:
    found = await until(
        lambda: [each for each in told(house) if each["type"] == event_type], deadline=30
    )
    assert len(found) == 1, found
    return dict(found[0])


async def endpoint(house: House, *answers: Answer) -> str:
    test_house, customer = house
    return await customer.endpoint(test_house.receiver.on("/hook", *answers))


async def shown(house: House, endpoint_id: str) -> Any:
    return await house[1].call("GET", f"/v1/endpoints/{endpoint_id}")


async def test_a_receiver_that_is_gone_is_sent_to_no_more_and_others_are_told(
    watched: House,
) -> None:
    house, customer = watched
    watcher = await watch(watched)
    gone = await endpoint(watched, Answer(410))

    await customer.upload()
    event = await until_told(watched, "endpoint.disabled")

    assert event["data"] == {
        "endpoint_id": gone,
        "url": house.receiver.on("/hook", Answer(410)),
        "why": "gone",
    }
    assert set(event) == {"type", "timestamp", "data"}
    assert ((await shown(watched, gone))["active"], (await shown(watched, gone))["why"]) == (
        False,
        "gone",
    )
    delivery = next(each for each in house.receiver.received if each.path == "/watch")
    secret = await customer.secret(watcher)
    assert Webhook(secret).verify(delivery.body, dict(delivery.headers)) == event


async def test_a_410_to_the_last_attempt_of_a_schedule_exhausts_its_delivery_too(
    open_house: OpenHouse,
) -> None:
    async with open_house(retries="none") as house:
        watched = (house, Customer(house.http))
        await watch(watched)
        gone = await endpoint(watched, Answer(410))

        await watched[1].upload()

        exhausted = await until_told(watched, "delivery.exhausted")
        disabled = await until_told(watched, "endpoint.disabled")
        assert (exhausted["data"]["endpoint_id"], exhausted["data"]["status"]) == (gone, 410)
        assert (disabled["data"]["endpoint_id"], disabled["data"]["why"]) == (gone, "gone")


async def test_what_fails_for_long_is_told_step_by_step_and_ends_in_a_disabled_endpoint(
    watched: House,
) -> None:
    _, customer = watched
    await watch(watched)
    failing = await endpoint(watched, Answer(500))

    video_id = await customer.upload()
    disabled = await until_told(watched, "endpoint.disabled")

    fails = await until_told(watched, "delivery.failing")
    exhausted = await until_told(watched, "delivery.exhausted")
    assert disabled["data"]["why"] == "failing"
    assert (await shown(watched, failing))["why"] == "failing"
    for event, number in ((fails, 4), (exhausted, 10)):
        data = event["data"]
        assert (data["endpoint_id"], data["video_id"]) == (failing, video_id)
        assert (data["event_type"], data["attempt"]) == ("video.uploaded", number)
        assert (data["status"], "next_at" in data) == (500, event is fails)
    assert fails["timestamp"] < exhausted["timestamp"] <= disabled["timestamp"]


async def test_resends_are_not_counted_among_the_failures_of_a_schedule(watched: House) -> None:
    _, customer = watched
    await watch(watched)
    await customer.speed(0)
    failing = await endpoint(watched, Answer(500))
    await customer.upload()
    await until(lambda: _are(customer, failing, "postponed", 1))
    [waiting] = await customer.deliveries(endpoint_id=failing)
    await customer.resend(waiting["id"])
    await until(lambda: _resent(customer, waiting["id"]))

    await customer.speed(FAST)

    event = await until_told(watched, "delivery.failing")
    assert event["data"]["attempt"] == FAILING + 1
    attempts = (await customer.delivery(waiting["id"]))["attempts"]
    assert [each["trigger"] for each in attempts[:FAILING]] == [
        "first",
        "resend",
        "retry",
        "retry",
    ]


async def _resent(customer: Customer, delivery_id: str) -> bool:
    return bool((await customer.delivery(delivery_id))["attempts"][1:])


async def test_a_success_after_failures_is_told_once_as_recovery(watched: House) -> None:
    _, customer = watched
    await watch(watched)
    recovering = await endpoint(watched, *[Answer(500)] * 4, Answer())

    await customer.upload()
    event = await until_told(watched, "endpoint.recovered")
    await customer.endpoint(watched[0].receiver.on("/gone", Answer(410)))
    await customer.switch(recovering, active=False)
    await customer.upload()
    await until_told(watched, "endpoint.disabled")  # so whatever came before it was considered

    [first] = await customer.deliveries(endpoint_id=recovering)
    assert event["data"]["endpoint_id"] == recovering
    assert event["data"]["delivery_id"] == first["id"]
    async with verifier(watched[0].settings) as verify:
        assert (await verify.until_clean(patience=30)).problems == []
    # They are sent side by side, so they may arrive in another order.
    types = Counter(each["type"] for each in told(watched))
    assert types == Counter(["delivery.failing", "endpoint.recovered", "endpoint.disabled"])


async def test_its_own_news_that_an_endpoint_takes_are_no_recovery(open_house: OpenHouse) -> None:
    async with open_house() as house:
        customer = Customer(house.http)
        watched = (house, customer)
        await watch(watched)
        body = {
            "platform": "omega",
            "url": house.receiver.on("/hook", Answer(500)),
            "types": ["video.uploaded", "delivery.failing"],
            "settings": {"retries": [*[0] * FAILING, 3600]},
        }
        failing = str((await customer.call("POST", "/v1/endpoints", body, status=201))["id"])
        await customer.upload()
        await until(lambda: _are(customer, failing, "postponed", 2))
        own = await customer.deliveries(endpoint_id=failing, type="delivery.failing")
        house.receiver.on("/hook")

        await customer.resend(own[0]["id"])
        await until(lambda: _delivered(customer, failing, 1))
        await _disabled(watched)  # so whatever came before it was considered

        types = Counter(each["type"] for each in told(watched))
        assert types == Counter(["delivery.failing", "endpoint.disabled"])


async def test_what_was_exhausted_is_told_though_its_endpoint_was_disabled_first(
    tmp_path: Path,
) -> None:
    async with houses.opened(tmp_path / "data", disable_after=1) as (rooms, customer):
        watcher = {
            "platform": "omega",
            "url": rooms.receiver.on("/watch"),
            "types": OPERATIONAL,
        }
        await customer.call("POST", "/v1/endpoints", watcher, status=201)
        failing = {
            "platform": "omega",
            "url": rooms.receiver.on("/hook", Answer(500)),
            "types": ["video.uploaded"],
            "settings": {"retries": [0, 7200]},
        }
        made = await customer.call("POST", "/v1/endpoints", failing, status=201)
        for _ in range(2):
            await customer.upload()
        await until(lambda: _are(customer, made["id"], "postponed", 2))
        await rooms.stop("subscriptions")  # so it hears of both ends after both
        await customer.speed(FAST)
        await until(lambda: _are(customer, made["id"], "exhausted", 2))
        await customer.speed(1)

        await rooms.start("subscriptions")

        def types() -> Counter[str]:
            return Counter(each.json()["type"] for each in rooms.receiver.at("/watch"))

        expected = Counter({"delivery.exhausted": 2, "endpoint.disabled": 1})
        await until(lambda: types() == expected, deadline=30)


async def test_a_resend_that_is_answered_410_disables_its_endpoint(watched: House) -> None:
    house, customer = watched
    await customer.speed(1)  # so its retry is five seconds away
    await watch(watched)
    gone = await endpoint(watched, Answer(500), Answer(410))
    await customer.upload()
    await until(lambda: _are(customer, gone, "postponed", 1))
    [waiting] = await customer.deliveries(endpoint_id=gone)
    await customer.call("PUT", "/v1/clock", {"speed": 0})

    await customer.resend(waiting["id"])

    assert (await until_told(watched, "endpoint.disabled"))["data"]["endpoint_id"] == gone
    assert len(house.receiver.at("/hook")) == 2


async def test_a_test_that_fails_is_no_news(watched: House) -> None:
    _, customer = watched
    await watch(watched)
    failing = await endpoint(watched, Answer(500))
    await customer.call("POST", f"/v1/endpoints/{failing}/test", status=202)
    await until(lambda: _are(customer, failing, "exhausted", 1))

    await _disabled(watched)  # so whatever came before it was considered

    assert [each["type"] for each in told(watched)] == ["endpoint.disabled"]


async def _are(customer: Customer, endpoint_id: str, state: str, count: int) -> bool:
    return len(await customer.deliveries(endpoint_id=endpoint_id, state=state)) == count


async def _disabled(house: House) -> None:
    """Have another endpoint disabled, without an upload; return when that was told."""
    _, customer = house
    gone = await customer.endpoint(house[0].receiver.on("/gone", Answer(410)))
    await customer.call("POST", f"/v1/endpoints/{gone}/test", status=202)
    await until_told(house, "endpoint.disabled")


async def _delivered(customer: Customer, endpoint_id: str, count: int) -> bool:
    found = await customer.deliveries(endpoint_id=endpoint_id, state="succeeded")
    return len(found) == count


async def test_one_failure_and_a_success_are_no_news(watched: House) -> None:
    _, customer = watched
    await watch(watched)
    shaky = await endpoint(watched, Answer(500), Answer())
    gone = await customer.endpoint(watched[0].receiver.on("/gone", Answer(410)))

    await customer.upload()
    await until(lambda: _delivered(customer, shaky, 1))
    await until_told(watched, "endpoint.disabled")  # so whatever came before it was considered

    assert [each["data"]["endpoint_id"] for each in told(watched)] == [gone]


async def test_what_becomes_of_the_houses_own_news_makes_no_more_of_them(watched: House) -> None:
    _, customer = watched
    watcher = await watch(watched, Answer(500))
    await endpoint(watched, Answer(410))

    await customer.upload()
    await customer.one(watcher, "exhausted")
    gone = await customer.endpoint(watched[0].receiver.on("/gone", Answer(410)))
    await customer.upload()
    await until(lambda: _why(watched, gone, "gone"))

    assert {each["type"] for each in told(watched)} <= {"endpoint.disabled"}
    assert (await shown(watched, watcher))["active"]


async def _why(house: House, endpoint_id: str, why: str) -> bool:
    return bool((await shown(house, endpoint_id))["why"] == why)
