"""What a scenario does and states, against a real house."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from telecine.simulations.clients.api import HouseUnreachable
from telecine.simulations.expectations import ExpectationFailed
from telecine.simulations.receiver import Answer
from telecine.simulations.scenario import Scenario
from telecine.simulations.visiting import visiting
from tests.house import TestHouse

TYPES = ["video.uploaded", "video.process_succeeded"]


def at(house: TestHouse, run: str = "test") -> AbstractAsyncContextManager[Scenario]:
    return visiting(house.url, "demo", "demo-key", run=run, say=lambda _: None)


@pytest.fixture
async def scenario(house: TestHouse) -> AsyncIterator[Scenario]:
    """A scenario at a running house."""
    async with at(house) as found:
        yield found


async def test_what_was_received_told_and_signed_can_be_stated(scenario: Scenario) -> None:
    shop = await scenario.omega.create_endpoint(scenario.receiver.on("/shop"), TYPES)
    video = await scenario.omega.upload_link("A title")

    told = await scenario.must_receive(shop, 2)
    scenario.must_tell(shop, [video], *TYPES)
    await scenario.must_be_signed(shop)

    assert {each.notice.video_id for each in told} == {video.id}
    assert len(scenario.expectations.held) == 4


async def test_fewer_or_more_webhooks_than_expected_fail_with_what_came(
    scenario: Scenario,
) -> None:
    shop = await scenario.omega.create_endpoint(scenario.receiver.on("/shop"), TYPES)
    await scenario.omega.upload_link("A title")
    await scenario.must_receive(shop, 2)

    for other in (1, 3):
        with pytest.raises(ExpectationFailed, match="seen: 2 webhooks in 2 requests"):
            await scenario.must_receive(shop, other, deadline=0.1)


async def test_more_requests_than_expected_fail_too(scenario: Scenario) -> None:
    url = scenario.receiver.on("/shop", Answer(500), Answer(200))
    shop = await scenario.omega.create_endpoint(url, ["video.uploaded"])
    async with scenario.clock(1000):
        await scenario.omega.upload_link("A title")
        await scenario.must_receive(shop, 1, attempts=2)

    with pytest.raises(ExpectationFailed, match="seen: 1 webhooks in 2 requests"):
        await scenario.must_receive(shop, 1, attempts=1)


async def test_what_the_house_still_owes_is_not_counted_as_delivered(scenario: Scenario) -> None:
    shop = await scenario.omega.create_endpoint(
        scenario.receiver.on("/shop", Answer(500)), ["video.uploaded"]
    )
    await scenario.omega.upload_link("A title")
    await scenario.receiver.wait(lambda it: len(it.at("/shop")) == 1, 30)

    with pytest.raises(ExpectationFailed, match="counts these 1 as delivered"):
        await scenario.must_receive(shop, 1, deadline=1)


async def test_nothing_is_never_received_told_or_signed(scenario: Scenario) -> None:
    shop = await scenario.omega.create_endpoint(scenario.receiver.on("/shop"), TYPES)

    with pytest.raises(ExpectationFailed, match="0 are awaited"):
        await scenario.must_receive(shop, 0)
    with pytest.raises(ExpectationFailed, match="there is nothing that it could be said of"):
        scenario.must_tell(shop, [], *TYPES)
    with pytest.raises(ExpectationFailed, match="there is nothing that it could be said of"):
        await scenario.must_be_signed(shop)


async def test_a_video_that_was_told_of_otherwise_is_named(scenario: Scenario) -> None:
    shop = await scenario.omega.create_endpoint(scenario.receiver.on("/shop"), TYPES)
    video = await scenario.omega.upload_link("sim=fail:corrupt")
    await scenario.must_receive(shop, 1)

    with pytest.raises(ExpectationFailed, match=r"'sim=fail:corrupt' \['video\.uploaded'\]"):
        scenario.must_tell(shop, [video], *TYPES)


async def test_a_signature_by_another_secret_is_seen(scenario: Scenario) -> None:
    shop = await scenario.omega.create_endpoint(scenario.receiver.on("/shop"), TYPES)
    other = await scenario.omega.create_endpoint(scenario.receiver.on("/other"), TYPES)
    await scenario.omega.upload_link("A title")
    await scenario.must_receive(shop, 2)
    wrong = await scenario.secret_of(other)
    scenario.control.secret_of = answering(wrong)  # type: ignore[method-assign]  # the sabotage

    with pytest.raises(ExpectationFailed, match=r"not so for 2 of 2: .* its signature is wrong"):
        await scenario.must_be_signed(shop)


def answering(secret: str) -> Any:
    async def answer(_: object) -> str:
        return secret

    return answer


async def test_others_at_the_same_house_do_not_disturb_a_scenario(house: TestHouse) -> None:
    async with at(house, "mine") as mine, at(house, "another's") as other:
        shop = await mine.omega.create_endpoint(mine.receiver.on("/shop"), TYPES)
        await other.omega.upload_link("A title")
        await mine.omega.upload_link("A title")

        await mine.must_receive(shop, 2)


async def test_whoever_leaves_deletes_the_endpoints(house: TestHouse) -> None:
    async with at(house) as scenario:
        await scenario.omega.create_endpoint(scenario.receiver.on("/shop"))
        await scenario.tpstreams.create_endpoint(scenario.receiver.on("/school"), "a token")

    headers = {"Authorization": "Bearer demo-key"}
    assert (await house.http.get("/v1/endpoints", headers=headers)).json()["total"] == 0


async def test_nobody_listens_while_the_receiver_is_down(scenario: Scenario) -> None:
    url = scenario.receiver.on("/shop")
    async with httpx.AsyncClient(trust_env=False) as http:
        async with scenario.receiver_down():
            with pytest.raises(httpx.ConnectError):
                await http.post(url)

        assert (await http.post(url)).status_code == 200


async def test_side_by_side_calls_are_answered_in_order_and_bounded(scenario: Scenario) -> None:
    running = most = 0

    async def call(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(10 - number):  # the first one is the last to end
            await asyncio.sleep(0)
        running -= 1
        return number * 2

    assert await scenario.each(range(10), call, at_once=3) == [2 * each for each in range(10)]
    assert most == 3


async def test_a_fact_is_waited_for_and_then_failed(scenario: Scenario) -> None:
    answers = iter([False, True])

    async def second_time() -> bool:
        return next(answers)

    async def never() -> bool:
        return False

    await scenario.until("it will be so", second_time)
    assert scenario.expectations.held == ["it will be so"]
    with pytest.raises(ExpectationFailed, match=r"not so within 0\.1 s"):
        await scenario.until("it will be so", never, deadline=0.1)


async def test_a_house_that_does_not_know_our_key_is_unreachable(house: TestHouse) -> None:
    with pytest.raises(HouseUnreachable, match=r"does not let us in: .* 401"):
        async with visiting(house.url, "demo", "no-such-key", run="", say=lambda _: None):
            pytest.fail("nobody should be let in")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:9", r"GET http://127\.0\.0\.1:9/v1/clock"),
        ("http://a:b", "is no address"),
        ("127.0.0.1", "/v1/clock: .*protocol"),
    ],
)
async def test_a_house_that_is_not_there_is_unreachable(url: str, why: str) -> None:
    with pytest.raises(HouseUnreachable, match=why):
        async with visiting(url, "demo", "demo-key", run="", say=lambda _: None):
            pytest.fail("nobody should be let in")
