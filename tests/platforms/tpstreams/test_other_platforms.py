"""Videos are everybody's, webhooks are their own platform's."""

from collections.abc import AsyncIterator

import pytest

from telecine.platforms import packs
from telecine.platforms.tpstreams.name import NAME
from telecine.shared.contracts.ingest import CreateVideo
from telecine.shared.contracts.subscriptions import CreateEndpoint, EndpointWish, GetEndpoint
from telecine.shared.events.video import Opening
from telecine.shared.wire import rpc
from telecine.shared.wire.bus import Bus, connected
from tests.house import TestHouse
from tests.platforms.tpstreams import documented
from tests.platforms.tpstreams.calling import ASSETS, KEY, WEBHOOK, WEBHOOKS

IDS = {"org": "demo", "request_id": "q", "correlation_id": "c"}


@pytest.fixture
async def bus(standing: TestHouse) -> AsyncIterator[Bus]:
    assert standing.settings.nats_url
    async with connected(standing.settings.nats_url, "test") as bus:
        yield bus


async def test_video_of_another_platform_is_an_asset_with_the_defaults(
    standing: TestHouse, bus: Bus
) -> None:
    # given
    opening = Opening(title="theirs", platform="elsewhere", request_key="r", wishes={"folder": 1})
    made = await rpc.call(bus, CreateVideo(opening=opening, **IDS))

    # when
    answer = await standing.http.get(f"{ASSETS}{made.video.card.id}/", headers=KEY)

    # then
    shown = answer.json()
    assert (answer.status_code, list(shown)) == (200, documented.DETAILED)
    assert (shown["title"], shown["parent_id"]) == ("theirs", None)
    assert shown["video"]["status"] == "Not Started"
    assert shown["video"]["resolutions"] == ["240p", "360p", "480p", "720p"]
    listed = (await standing.http.get(ASSETS, headers=KEY)).json()["results"]
    assert shown["id"] in [each["id"] for each in listed]


async def test_webhook_of_another_platform_is_unknown_here(standing: TestHouse, bus: Bus) -> None:
    # given
    other = next(name for name in packs() if name != NAME)
    wish = EndpointWish(url="http://localhost:9/", types=("video.deleted",))
    command = CreateEndpoint(platform=other, request_key="r", wish=wish, **IDS)
    theirs = (await rpc.call(bus, command)).endpoint.profile.id

    # when
    path = f"{WEBHOOKS}{theirs}/"
    listed = await standing.http.get(WEBHOOKS, headers=KEY)
    change = await standing.http.put(path, json=WEBHOOK, headers=KEY)
    deletion = await standing.http.delete(path, headers=KEY)

    # then
    assert listed.json()["count"] == 0
    assert (change.status_code, change.json()) == (404, documented.NOT_FOUND)
    assert (deletion.status_code, deletion.json()) == (404, documented.NOT_FOUND)
    await rpc.call(bus, GetEndpoint(org="demo", endpoint_id=theirs))
