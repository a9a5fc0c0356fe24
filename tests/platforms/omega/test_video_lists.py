"""Lists of videos over HTTP: what is there, what is deleted, and all of it in one array."""

import asyncio

from telecine.platforms.omega.video_shape import STATUSES
from tests.house import TestHouse
from tests.platforms.omega import samples
from tests.platforms.omega.api import (
    BEARER,
    OTHER,
    VIDEOS,
    create_collection,
    create_video,
    message,
    processed,
    read,
)


async def delete(house: TestHouse, uuid: str) -> None:
    answer = await house.http.delete(f"{VIDEOS}/{uuid}", headers=BEARER)
    assert answer.status_code == 204, answer.text


async def uuids(house: TestHouse, query: str) -> list[str]:
    return [each["uuid"] for each in (await read(house, f"{VIDEOS}{query}"))["data"]]


async def test_a_deleted_video_is_in_the_list_of_deleted_ones_and_in_no_other(
    house: TestHouse,
) -> None:
    # given
    first, second, third = [await processed(house, title) for title in "abc"]

    # when
    await delete(house, second)

    # then
    assert await uuids(house, "") == [third, first]
    page = await read(house, f"{VIDEOS}/deleted?limit=1")
    assert list(page) == list(samples.PAGE)
    assert list(page["data"][0]) == list(samples.PAGE["data"][0])
    assert [page[key] for key in ("total", "page", "per_page", "next")] == [1, 1, 1, 0]
    assert page["data"][0]["uuid"] == second
    assert page["data"][0]["deleted_at"] is not None
    assert [each["uuid"] for each in await read(house, f"{VIDEOS}/all")] == [third, first]
    old = await house.http.post(f"{VIDEOS}/deleted", headers=BEARER)
    assert [each["uuid"] for each in old.json()] == [second]
    assert old.json() == [await read(house, f"{VIDEOS}/{second}")]
    for path in ("", "/deleted", "/all"):
        answer = await house.http.get(f"{VIDEOS}{path}", headers=OTHER)
        assert answer.json() == [] or answer.json()["total"] == 0


async def test_deleted_ones_are_filtered_by_the_collection_that_they_lay_in(
    house: TestHouse,
) -> None:
    collection = (await create_collection(house))["id"]
    uuid, other = await processed(house), await processed(house)
    body = {"id": collection, "uuids": [uuid]}
    moved = await house.http.post("/company/client/collections/move", json=body, headers=BEARER)
    assert moved.status_code == 204
    for each in (uuid, other):
        await delete(house, each)

    assert await uuids(house, f"/deleted?collection={collection}") == [uuid]
    assert await uuids(house, "/deleted?collection=") == [other, uuid]
    assert await uuids(house, "/deleted?collection=unknown") == []


async def test_all_are_listed_whole_and_in_order_however_many(house: TestHouse) -> None:
    made = await asyncio.gather(*(create_video(house, title=f"video {n}") for n in range(120)))

    listed = await read(house, f"{VIDEOS}/all")

    assert {each["uuid"] for each in listed} == {each["uuid"] for each in made}
    assert len(listed) == 120
    times = [each["created_at"] for each in listed]
    assert times == sorted(times, reverse=True)
    assert listed[0] == await read(house, f"{VIDEOS}/{listed[0]['uuid']}")
    assert await read(house, f"{VIDEOS}/all?status=process-completed") == []
    assert len(await read(house, f"{VIDEOS}/all?status=ready-to-upload")) == 120
    answer = await house.http.get(f"{VIDEOS}/all?status=done", headers=BEARER)
    assert answer.status_code == 400
    assert message(answer).startswith("status: is not a video's status")


async def test_every_status_can_be_asked_for(house: TestHouse) -> None:
    for status in set(STATUSES.values()):
        assert (await read(house, f"{VIDEOS}?status={status}"))["total"] == 0
