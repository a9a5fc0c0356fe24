"""Trying an endpoint out: an example to look at, and a test that arrives and is on record."""

import json
from datetime import datetime

from telecine.delivery.signing import signer
from telecine.simulations.receiver import Answer
from telecine.simulations.verify.house import verifier
from tests.customer import Customer
from tests.gateway.endpoints import OTHER, V1, call, changed, made, wrong
from tests.gateway.test_endpoint_secrets import keys, verified
from tests.house import OpenHouse, TestHouse


async def test_a_test_arrives_signed_and_is_on_record(house: TestHouse) -> None:
    endpoint = await made(house, types=["video.deleted"])

    answer = await call(house, "POST", f"/{endpoint['id']}/test", {"type": "video.process_failed"})
    await house.receiver.wait(lambda receiver: len(receiver.received) == 1)
    [taken], [key] = house.receiver.received, await keys(house, endpoint)
    found = await Customer(house.http).ended(endpoint["id"], "succeeded")

    async with verifier(house.settings) as verify:
        report = await verify.until_clean(patience=10)
    assert report.problems == []
    assert answer.status_code == 202
    assert answer.json()["delivery_id"] == taken.headers["webhook-id"] == found["delivery"]["id"]
    assert taken.json()["type"] == answer.json()["type"] == "video.process_failed"
    assert verified(taken, key["secret"])


async def test_an_example_is_what_a_test_sends_and_sends_nothing(house: TestHouse) -> None:
    endpoint = await made(
        house, platform="tpstreams", types=["live.completed"], settings={"headers": {"x-a": "1"}}
    )

    answer = await call(house, "GET", f"/{endpoint['id']}/example")
    await call(house, "POST", f"/{endpoint['id']}/test")
    await house.receiver.wait(lambda receiver: len(receiver.received) == 1)
    [taken] = house.receiver.received

    example = answer.json()
    assert example["type"] == "live.completed"
    assert example["body"]["id"] == taken.json()["id"]
    assert example["body"].keys() == taken.json().keys()
    assert example["headers"]["x-a"] == "[redacted]"


async def test_what_cannot_be_tried_out_says_why(house: TestHouse) -> None:
    endpoint = await made(house)
    one = f"/{endpoint['id']}"

    unsent = await call(house, "POST", f"{one}/test", {"type": "video.created"})
    unshown = await call(house, "GET", f"{one}/example", params={"type": "live.completed"})
    others = await house.http.post(f"{V1}{one}/test", headers=OTHER)
    await changed(house, endpoint, active=False)
    inactive = await call(house, "POST", f"{one}/test")

    assert wrong(unsent)[0] == wrong(unshown)[0] == "type"
    assert others.status_code == 404
    assert inactive.status_code == 409
    assert house.receiver.received == []


async def test_a_test_goes_where_webhooks_may_go(open_house: OpenHouse) -> None:
    async with open_house(egress="open") as house:
        endpoint = await made(house, url="http://127.0.0.1:9/hook")

    async with open_house(egress="public") as house:
        answer = await call(house, "POST", f"/{endpoint['id']}/test")

    assert wrong(answer)[0] == "url"


async def test_a_test_is_attempted_once_whatever_comes_of_it(house: TestHouse) -> None:
    url = house.receiver.on("/down", Answer(500))
    endpoint = await made(house, url=url, settings={"retries": [0, 1, 1]})

    await call(house, "POST", f"/{endpoint['id']}/test", {"type": "delivery.exhausted"})
    found = await Customer(house.http).ended(endpoint["id"], "exhausted")

    assert [each["trigger"] for each in found["attempts"]] == ["test"]
    assert len(house.receiver.at("/down")) == 1
    assert found["delivery"]["event_type"] == "delivery.exhausted"


async def test_an_owners_headers_go_along_and_no_record_has_their_values(house: TestHouse) -> None:
    settings = {"headers": {"X-Tenant": "hush, 7"}, "timestamps": "virtual"}
    endpoint = await made(house, settings=settings)
    [key] = await keys(house, endpoint)

    await Customer(house.http).speed(1_000_000)
    await call(house, "POST", f"/{endpoint['id']}/test")
    found = await Customer(house.http).ended(endpoint["id"], "succeeded")
    [taken] = house.receiver.received
    [attempt] = found["attempts"]

    assert taken.headers["x-tenant"] == "hush, 7"
    assert ["x-tenant", "[redacted]"] in attempt["request_headers"]
    assert "hush" not in json.dumps(found)
    virtual = int(datetime.fromisoformat(taken.headers["telecine-time"]).timestamp())
    assert int(taken.headers["webhook-timestamp"]) == virtual
    assert virtual > taken.at.timestamp() + 300, "virtual time has run ahead of the wall"
    assert taken.headers["webhook-signature"] == signer("key", "v1", key["secret"]).sign(
        taken.headers["webhook-id"], virtual, taken.body
    )
