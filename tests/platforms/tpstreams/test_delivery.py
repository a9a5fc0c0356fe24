"""What a receiver gets: the asset once a status, in order, with the token that was set last."""

import json

from tests.house import TestHouse
from tests.platforms.tpstreams.calling import ASSETS, KEY, WEBHOOKS, make_asset, make_webhook
from tests.platforms.tpstreams.documented import NEWEST_VIDEO, TOLD


def _statuses(bodies: list[bytes]) -> set[str]:
    return {json.loads(body)["video"]["status"] for body in bodies}


async def test_each_status_is_reported_once_with_the_token(house: TestHouse) -> None:
    # given
    await make_webhook(house.http, url=house.receiver.on("/hook"), secret_token="abcdef")
    made = await make_asset(house.http)

    # when
    await house.receiver.wait(lambda it: len(it.at("/hook")) >= 3)

    # then
    came = house.receiver.at("/hook")
    assert _statuses([each.body for each in came]) == {"Queued", "Transcoding", "Completed"}
    assert len(came) == 3
    for each in came:
        assert each.headers["x-streams-token"] == "abcdef"
        body = each.json()
        assert body["id"] == made["id"]
        assert list(body) == TOLD
        assert list(body["video"]) == NEWEST_VIDEO


async def test_failure_is_reported(house: TestHouse) -> None:
    # given
    await make_webhook(house.http, url=house.receiver.on("/hook"))
    await make_asset(house.http, title="sim=fail:corrupt")

    # when
    await house.receiver.wait(lambda it: len(it.at("/hook")) >= 3)

    # then
    bodies = [each.body for each in house.receiver.at("/hook")]
    assert _statuses(bodies) == {"Queued", "Transcoding", "Error"}


async def test_changed_token_goes_along_and_a_deleted_webhook_gets_nothing(
    house: TestHouse,
) -> None:
    # given
    changed = await make_webhook(house.http, url=house.receiver.on("/changed"))
    deleted = await make_webhook(house.http, url=house.receiver.on("/deleted"))
    await house.http.put(
        f"{WEBHOOKS}{changed['id']}/",
        json={"url": changed["url"], "secret_token": "another one"},
        headers=KEY,
    )
    await house.http.delete(f"{WEBHOOKS}{deleted['id']}/", headers=KEY)

    # when
    await make_asset(house.http)
    await house.receiver.wait(lambda it: len(it.at("/changed")) >= 3)

    # then
    tokens = {each.headers["x-streams-token"] for each in house.receiver.at("/changed")}
    assert tokens == {"another one"}
    assert house.receiver.at("/deleted") == []


async def test_webhook_and_detail_tell_the_same(house: TestHouse) -> None:
    # given
    await make_webhook(house.http, url=house.receiver.on("/hook"))
    made = await make_asset(house.http)
    await house.receiver.wait(lambda it: len(it.at("/hook")) >= 3)

    # when
    shown = (await house.http.get(f"{ASSETS}{made['id']}/", headers=KEY)).json()

    # then
    sent = [each.json() for each in house.receiver.at("/hook")]
    [completed] = [body for body in sent if body["video"]["status"] == "Completed"]
    assert {key: shown[key] for key in completed} == completed
