"""One house, many bad receivers at once: each failure has its class, and the good one misses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from telecine.simulations.receiver import Answer
from tests.customer import Customer
from tests.delivery.hostile.heads import FOR_EVER
from tests.delivery.receivers import (
    HEAD,
    Script,
    Wire,
    answer,
    answering,
    once,
    receiving,
    refusing,
)
from tests.house import OpenHouse
from tests.waiting import until

VIDEOS = 3

#: What a raw receiver does with every connection, and the class under which it goes on record.
SCRIPTS: dict[str, tuple[Script, str | None]] = {
    "hangs": (Wire.until_closed, "timeout"),
    "resets": (once(then=Wire.reset), "reset"),
    "stops_half_way": (once(HEAD, then=lambda wire: wire.writer.close()), "reset"),
    "talks_garbage": (once(b"\x16\x03\x01 good morning\r\n\r\n"), "protocol"),
    "says_ten_megabytes": (once(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000_000), None),
    "asks_for_ever": (answering(answer(404, "No", f"Retry-After: {FOR_EVER}")), "status"),
    "fails_with_ten_megabytes": (once(b"HTTP/1.1 500 No\r\n\r\n", b"x" * 10_000_000), "status"),
}


@asynccontextmanager
async def raw_receivers() -> AsyncIterator[dict[str, str]]:
    """Run every script, and a port that refuses. Answers the URLs by name."""
    async with AsyncExitStack() as stack:
        urls = {"refuses": f"{stack.enter_context(refusing())}/hook"}
        for name, (script, _) in SCRIPTS.items():
            urls[name] = (await stack.enter_async_context(receiving(script))).url
        yield urls


async def outcomes(customer: Customer, names: dict[str, str]) -> set[tuple[str, str | None]]:
    """Wait until everything owed has ended; answer who (by endpoint id) failed in which way."""

    async def all_ended() -> list[dict[str, Any]]:
        found = await customer.deliveries()
        return found if len(found) == VIDEOS * len(names) else []

    ended = await until(all_ended, deadline=60)
    details = [await customer.delivery(each["id"]) for each in ended]
    return {
        (names[detail["delivery"]["endpoint_id"]], attempt["error"])
        for detail in details
        for attempt in detail["attempts"]
    }


async def test_every_bad_receiver_is_on_record_and_costs_the_others_nothing(
    open_house: OpenHouse,
) -> None:
    async with raw_receivers() as urls, open_house(retries="none") as house:
        customer = Customer(house.http)
        target = house.receiver.on("/target")
        urls["redirects"] = house.receiver.on("/moved", Answer(307, headers={"location": target}))
        urls["fails"] = house.receiver.on("/fails", Answer(503))
        urls["good"] = house.receiver.on("/good")
        names = {await customer.endpoint(url): name for name, url in urls.items()}
        (hanging,) = [each for each, name in names.items() if name == "hangs"]
        change = {"settings": {"timeout": 2}}  # the others may take their time
        await customer.call("PATCH", f"/v1/endpoints/{hanging}", change)

        await asyncio.gather(*(customer.upload(f"clip {n}") for n in range(VIDEOS)))
        found = await outcomes(customer, names)

        assert found == {
            *((name, error) for name, (_, error) in SCRIPTS.items()),
            ("refuses", "connect"),
            ("redirects", "redirect"),
            ("fails", "status"),
            ("good", None),
        }
        assert house.receiver.at("/target") == [], "a redirect is never followed"
        assert len(house.receiver.at("/good")) == VIDEOS
        exhausted = await customer.deliveries(state="exhausted")
        assert {names[each["endpoint_id"]] for each in exhausted} == {
            name for name, error in found if error
        }


async def test_of_a_huge_answer_only_its_beginning_is_kept(open_house: OpenHouse) -> None:
    async with raw_receivers() as urls, open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(urls["says_ten_megabytes"])

        await customer.upload()
        found = await customer.ended(endpoint, "succeeded")

        (attempt,) = found["attempts"]
        assert attempt["response_body"] == "x" * 16 * 1024
        assert attempt["response_truncated"] is True


async def test_a_receiver_that_hangs_does_not_hold_up_another_one(open_house: OpenHouse) -> None:
    async with receiving(Wire.until_closed) as hanging, open_house(timeout=60) as house:
        customer = Customer(house.http)
        await customer.endpoint(hanging.url)
        good = await customer.endpoint(house.receiver.on("/good"))

        for number in range(VIDEOS):
            await customer.upload(f"clip {number}")
        await until(lambda: hanging.connections == VIDEOS)
        await house.receiver.wait(lambda it: len(it.at("/good")) == VIDEOS)

        async def all_succeeded() -> bool:
            return len(await customer.deliveries(endpoint_id=good, state="succeeded")) == VIDEOS

        await until(all_succeeded)
        assert len(await customer.deliveries()) == VIDEOS, "the hanging ones have no outcome yet"


async def test_an_answer_in_the_three_hundreds_is_kept_as_it_came(open_house: OpenHouse) -> None:
    moved = answer(301, "Moved Permanently", "Location: /elsewhere", body=b"over there")
    async with receiving(once(moved)) as receiver, open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(receiver.url)

        await customer.upload()
        found = await customer.ended(endpoint, "exhausted")

        (attempt,) = found["attempts"]
        assert (attempt["status"], attempt["reason"]) == (301, "Moved Permanently")
        assert attempt["response_body"] == "over there"
        assert len(receiver.requests) == 1
