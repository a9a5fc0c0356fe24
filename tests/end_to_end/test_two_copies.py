"""Two copies of every service: what one has answered the other knows, and nothing is done twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from telecine.simulations.local import SERVICES
from telecine.simulations.media import CLIP
from telecine.simulations.receiver import Answer
from tests import rooms as houses
from tests.customer import BEARER, Customer
from tests.gateway import tus
from tests.platforms.tpstreams.calling import ASSETS, KEY, WEBHOOKS, make_asset
from tests.rooms import Rooms
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)

ROUNDS = 8
FAST = 1000

House = tuple[Rooms, Customer, Customer]


@pytest.fixture
async def house(tmp_path: Path, tables_at: dict[str, Any]) -> AsyncIterator[House]:
    """Two copies of everything, with two doors; the second clock stands by."""
    async with houses.opened(tmp_path / "data", speed=FAST, **tables_at) as (rooms, one):
        for name in SERVICES:
            await rooms.start(name)
        yield rooms, one, await rooms.open_door()


def in_turns(one: Customer, two: Customer) -> list[tuple[Customer, Customer]]:
    """Answer who writes and who reads in each round."""
    turns = cycle([(one, two), (two, one)])
    return [next(turns) for _ in range(ROUNDS)]


async def test_what_is_made_at_one_door_is_there_at_the_other(house: House) -> None:
    rooms, *doors = house
    for writer, reader in in_turns(*doors):
        await omega_video(writer, reader)
        await omega_endpoint(writer, reader, rooms.receiver.on("/hook"))
        await tpstreams_asset(writer, reader)
        await tpstreams_webhook(writer, reader, rooms.receiver.on("/hook"))
    assert await rooms.problems() == []


async def omega_video(writer: Customer, reader: Customer) -> None:
    video_id = await writer.upload("at one door")
    listed = await reader.call("GET", "/company/client/video", params={"limit": "100"})
    shown = await reader.http.get(f"/company/client/video/{video_id}", headers=BEARER)

    assert video_id in [each["uuid"] for each in listed["data"]]
    assert shown.json()["uuid"] == video_id


async def omega_endpoint(writer: Customer, reader: Customer, url: str) -> None:
    endpoint = await writer.endpoint(url)
    assert (await webhooks(reader))[endpoint] is True
    await reader.switch(endpoint, active=False)
    assert (await webhooks(writer))[endpoint] is False
    await writer.delete(endpoint)
    assert endpoint not in await webhooks(reader)


async def webhooks(door: Customer) -> dict[str, bool]:
    """Answer which of OmegaStream's endpoints there are, and whether each is active."""
    listed = (await door.call("GET", "/v1/endpoints"))["endpoints"]
    return {each["id"]: each["active"] for each in listed if each["platform"] == "omega"}


async def tpstreams_asset(writer: Customer, reader: Customer) -> None:
    made = await make_asset(writer.http)
    listed = await reader.http.get(ASSETS, headers=KEY)
    shown = await reader.http.get(f"{ASSETS}{made['id']}/", headers=KEY)

    assert made["id"] in [each["id"] for each in listed.json()["results"]]
    assert shown.json()["id"] == made["id"]


async def tpstreams_webhook(writer: Customer, reader: Customer, url: str) -> None:
    made = await writer.tpstreams_endpoint(url, "a token")
    listed = await reader.http.get(WEBHOOKS, headers=KEY)

    assert made in [str(each["id"]) for each in listed.json()["results"]]


async def test_an_endpoint_made_a_moment_ago_by_one_copy_is_matched_by_the_other(
    house: House,
) -> None:
    """Which copy makes, which uploads and which matches is left to chance."""
    rooms, *doors = house
    expected = set()

    async def owed() -> set[tuple[str, str]]:
        found = await doors[0].deliveries()
        return {(each["endpoint_id"], each["video_id"]) for each in found}

    for number, (writer, uploader) in enumerate(in_turns(*doors)):
        endpoint = await writer.endpoint(rooms.receiver.on(f"/{number}"))
        expected.add((endpoint, await uploader.upload()))
        # Who is switched off before the fact is matched is owed nothing, however late that is.
        await until(lambda: _is(owed, expected), deadline=30)
        await uploader.switch(endpoint, active=False)  # it gets this one, and nothing else

    assert await rooms.problems() == []
    assert await owed() == expected


async def _is(ask: Any, wanted: Any) -> bool:
    return bool(await ask() == wanted)


async def test_nothing_is_done_twice_in_a_burst_through_both_doors(house: House) -> None:
    rooms, *doors = house
    hook = rooms.receiver.on("/hook", Answer(500), Answer())
    endpoint = await doors[0].endpoint(hook, "video.uploaded", "video.process_succeeded")

    uploads = [door.upload(f"clip {number}") for number in range(20) for door in doors]
    videos = await asyncio.gather(*uploads)

    async def all_ended() -> bool:
        ended = await doors[1].deliveries(endpoint_id=endpoint, state="succeeded")
        return len(ended) == 2 * len(videos)

    await until(all_ended, deadline=60)
    assert await rooms.problems() == []
    came = Counter(each.headers["webhook-id"] for each in rooms.receiver.received)
    assert min(came.values()) == 2, "the first attempt fails, the second does not"
    assert len(came) == 2 * len(videos)
    assert came.total() <= await given(rooms), "nobody was asked for a webhook that came"
    for video_id in videos:
        types = [fact["type"] for fact in await doors[0].history(video_id)]
        assert len(types) == len(set(types)) == 6


async def given(rooms: Rooms) -> int:
    """Answer how often the copies of delivery were given a message: twice if one was not done within its
    ack wait, as on a machine that stands still for seconds.
    """
    js = rooms.bus.js
    requested = await js.consumer_info("DELIVERIES", "delivery-requested")
    due = await js.consumer_info("DUE", "delivery-due")
    assert requested.delivered
    assert due.delivered
    return int(requested.delivered.consumer_seq + due.delivered.consumer_seq)


async def _has_size(door: Customer, video_id: str, size: int) -> bool:
    return bool((await tus.shown(door.http, video_id))["size"] == size)


async def test_a_file_sent_in_turns_to_both_doors_is_one_upload(house: House) -> None:
    rooms, one, two = house
    data = CLIP.read_bytes()
    video_id = await tus.video(one.http)
    place = (await tus.begin(one.http, video_id, len(data))).headers["location"]
    path = place[place.index("/tusupload") :]

    step = len(data) // 6 + 1
    for door, offset in zip(cycle([two, one]), range(0, len(data), step), strict=False):
        sent = await tus.patch(door.http, path, video_id, offset, data[offset : offset + step])
        assert sent.status_code == 204, sent.text
        if offset + step < len(data):
            other = one if door is two else two
            assert await tus.offset(other.http, path, video_id) == offset + step

    uploaded = [fact["type"] for fact in await two.history(video_id)].count("video.uploaded")
    assert uploaded == 1
    await until(lambda: _has_size(two, video_id, len(data)))
    assert await rooms.problems() == []
