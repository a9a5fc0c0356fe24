"""A house with an egress policy: what it refuses to keep, and what it does not send after all."""

from typing import Any

import httpx
import pytest

from telecine.simulations.receiver import Receiver
from tests.customer import BEARER, KEY, OMEGA, TPSTREAMS, Customer
from tests.house import OpenHouse

LOCAL = "http://127.0.0.1:9/hook"
TOKEN = {"authorization": f"Token {KEY}"}
TYPES = ["video.uploaded"]


async def refused(answer: httpx.Response) -> Any:
    assert answer.status_code == 400, answer.text
    return answer.json()


async def test_both_platforms_refuse_a_forbidden_url_in_their_own_shapes(
    open_house: OpenHouse,
) -> None:
    async with open_house(egress="public") as house:
        omega, asset = f"{OMEGA}/webhooks", f"{TPSTREAMS}/webhooks/"
        good = "https://receiver.invalid/hook"
        kept = await house.http.post(omega, json={"url": good, "events": TYPES}, headers=BEARER)
        kept_asset = await house.http.post(
            asset, json={"url": good, "secret_token": "t"}, headers=TOKEN
        )
        wish = {"url": LOCAL, "events": TYPES}
        asset_wish = {"url": "http://localhost/", "secret_token": "t"}

        created = await refused(await house.http.post(omega, json=wish, headers=BEARER))
        one = f"{omega}/{kept.json()['id']}"
        updated = await refused(await house.http.put(one, json=wish, headers=BEARER))
        asset_created = await refused(await house.http.post(asset, json=asset_wish, headers=TOKEN))
        one = f"{asset}{kept_asset.json()['id']}/"
        asset_updated = await refused(await house.http.put(one, json=asset_wish, headers=TOKEN))
        listed = (await house.http.get("/v1/endpoints", headers=BEARER)).json()["endpoints"]

    assert created == updated
    assert created.keys() == {"message"}
    assert created["message"].startswith("url: The host is or leads to an address that is not ")
    assert asset_created == asset_updated == {"url": [created["message"].removeprefix("url: ")]}
    assert [each["url"] for each in listed] == [good, good], "nothing of a refused wish is kept"


@pytest.mark.parametrize("egress", ["10.0.0.0/8", "public"])
async def test_a_forbidden_attempt_is_on_record_and_tried_again_as_any_failed_one(
    open_house: OpenHouse, egress: str
) -> None:
    async with Receiver() as receiver:
        async with open_house() as house:
            endpoint = await Customer(house.http).endpoint(receiver.on("/hook"))
        async with open_house(egress=egress, retries="stripe") as house:
            customer = Customer(house.http)
            await customer.upload()
            owed = await customer.one(endpoint, "postponed")
            (attempt,) = (await customer.delivery(owed["id"]))["attempts"]

        assert (attempt["error"], attempt["status"], attempt["address"]) == ("egress", None, None)
        assert attempt["message"].startswith("127.0.0.1 is an address that is ")
        assert (attempt["next_reason"], owed["reason"]) == ("schedule", "schedule")
        assert receiver.received == []
