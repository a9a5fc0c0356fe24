"""Videos over HTTP, against a whole house."""

import asyncio
import re
from typing import Any

import pytest

from tests.house import TestHouse
from tests.platforms.omega import samples
from tests.platforms.omega.api import (
    BEARER,
    OTHER,
    VIDEOS,
    create_collection,
    create_video,
    message,
    read,
    upload_link,
)
from tests.waiting import until

COPY = f"{VIDEOS}/stream/copy"
NOBODYS = "a0dc8dbf-3126-4805-89a1-662a33331f93"


async def status_of(house: TestHouse, uuid: str) -> str:
    video: dict[str, str] = await read(house, f"{VIDEOS}/{uuid}")
    return video["status"]


async def test_create_answers_201_and_the_documented_video(standing: TestHouse) -> None:
    # given
    collection = (await create_collection(standing))["id"]

    # when
    video = await create_video(standing, title="new video title", collection=collection)

    # then
    assert [key for key in video if key != "entity_tag"] == list(samples.CREATED_VIDEO)
    own = {"id", "created_at", "updated_at", "uuid", "coid", "entity_tag", "collection_id"}
    assert {key: value for key, value in video.items() if key not in own} == {
        key: value for key, value in samples.CREATED_VIDEO.items() if key not in own
    }
    assert re.search(r"\.\d{6}Z$", video["created_at"])
    assert (video["coid"], video["collection_id"]) == ("omega-cop-demo", collection)


async def test_what_was_created_can_be_read(standing: TestHouse) -> None:
    # given
    made = await create_video(standing)

    # when
    found = await read(standing, f"{VIDEOS}/{made['uuid']}")

    # then
    times = ("created_at", "updated_at")
    assert list(found) == list(made)
    assert found == {**made, **{key: f"{made[key][:23]}Z" for key in times}}
    assert found == await read(standing, f"{VIDEOS}/{made['uuid'].upper()}")


async def test_upload_by_link_answers_200_and_the_documented_video(standing: TestHouse) -> None:
    # when
    body = {"url": f"{standing.url}/a.mp4", "title": "video", "headers": {"user-id": "id-1234"}}
    answer = await standing.http.post(COPY, json=body, headers=BEARER)

    # then
    video = answer.json()
    assert answer.status_code == 200
    assert [key for key in video if key in samples.LINKED_VIDEO] == list(samples.LINKED_VIDEO)
    own = {"id", "created_at", "updated_at", "uuid", "coid", "meta"}
    for key in set(samples.LINKED_VIDEO) - own:
        assert video[key] == samples.LINKED_VIDEO[key], key
    assert video["meta"] == {"downloaded_from": f"{standing.url}/a.mp4"}
    assert (
        "id-1234"
        not in (await standing.http.get(f"{VIDEOS}/{video['uuid']}", headers=BEARER)).text
    )


async def test_a_video_by_link_is_processed_and_shows_what_it_is(standing: TestHouse) -> None:
    # given
    uuid = (await upload_link(standing))["uuid"]

    # when
    await until(lambda: _is(standing, uuid, "process-completed"))

    # then
    video = await read(standing, f"{VIDEOS}/{uuid}")
    assert video["ready_to_stream"] is True
    assert list(video["playback"]) == list(video["playback_v2"]) == samples.PLAYBACK_KEYS
    assert list(video["storage"]) == samples.STORAGE_KEYS
    assert all(video[key] for key in ("entity_tag", "input", "duration", "size", "thumbnail"))


async def test_a_failed_video_says_why(standing: TestHouse) -> None:
    # given
    uuid = (await upload_link(standing, "sim=fail:worker_lost"))["uuid"]

    # when
    await until(lambda: _is(standing, uuid, "process-failed"))

    # then
    video = await read(standing, f"{VIDEOS}/{uuid}")
    assert video["meta"]["failure"] == "nats: invalid connection"
    assert "storage" not in video


async def _is(house: TestHouse, uuid: str, status: str) -> bool:
    return await status_of(house, uuid) == status


@pytest.mark.parametrize("path", [VIDEOS, COPY])
async def test_the_same_idempotency_key_makes_one_video(house: TestHouse, path: str) -> None:
    # given
    body = {"title": "a"} if path == VIDEOS else {"title": "a", "url": house.url}

    # when
    uuids = []
    for key in ("a", "a", "b", None, None):
        headers = {**BEARER, **({"Idempotency-Key": key} if key else {})}
        answer = await house.http.post(path, json=body, headers=headers)
        uuids.append(answer.json()["uuid"])

    # then
    assert uuids[0] == uuids[1]
    assert len(set(uuids)) == 4
    assert (await read(house, VIDEOS))["total"] == 4


async def test_a_list_is_the_documented_page_newest_first(house: TestHouse) -> None:
    # given
    made = [await create_video(house, title=f"video {n}") for n in range(12)]

    # when
    first, second = [await read(house, f"{VIDEOS}?page={page}") for page in (1, 2)]

    # then
    assert list(first) == list(samples.PAGE)
    assert list(first["data"][0]) == list(samples.PAGE["data"][0])
    assert first["data"][0]["size"] == 0
    listed = [video["uuid"] for page in (first, second) for video in page["data"]]
    assert listed == [video["uuid"] for video in reversed(made)]
    numbers = ("total", "page", "per_page", "prev", "next", "total_page")
    assert [first[key] for key in numbers] == [12, 1, 10, 0, 2, 2]
    assert [second[key] for key in numbers] == [12, 2, 10, 1, 0, 2]


async def test_a_page_has_at_most_100_and_says_so(house: TestHouse) -> None:
    # given
    await asyncio.gather(*(create_video(house) for _ in range(103)))

    # when
    page = await read(house, f"{VIDEOS}?limit=1000")

    # then
    assert (len(page["data"]), page["per_page"], page["total"]) == (100, 100, 103)
    assert len({video["uuid"] for video in page["data"]}) == 100
    assert len((await read(house, f"{VIDEOS}?limit=100&page=2"))["data"]) == 3
    assert (await read(house, f"{VIDEOS}?limit=100&page=999999999"))["data"] == []


async def test_a_list_is_filtered_by_status_and_collection(house: TestHouse) -> None:
    # given
    empty = await create_video(house)
    collection = (await create_collection(house))["id"]
    shelved = await create_video(house, collection=collection)
    done = await upload_link(house)
    await until(lambda: _is(house, done["uuid"], "process-completed"))

    async def listed(query: str) -> list[str]:
        return [video["uuid"] for video in (await read(house, f"{VIDEOS}?{query}"))["data"]]

    # then
    await until(lambda: listed("status=process-completed"))
    assert await listed("status=process-completed") == [done["uuid"]]
    assert await listed("status=ready-to-upload") == [shelved["uuid"], empty["uuid"]]
    assert await listed("status=process-failed") == []
    assert await listed(f"collection={collection}") == [shelved["uuid"]]
    assert await listed("collection=unknown") == []
    assert len(await listed("collection=")) == 3


BAD_QUERIES = {
    "status=done": "status: is not a video's status",
    "page=0": "page: must be a whole number",
    "page=-1": "page: must be a whole number",
    "page=two": "page: must be a whole number",
    "page=99999999999999999999": "page: must be a whole number",
    "limit=0": "limit: must be a whole number",
    "limit=ten": "limit: must be a whole number",
    "collection=%00": "collection: has a control character",
}


async def test_a_query_that_cannot_be_meant_is_400(standing: TestHouse) -> None:
    for query, said in BAD_QUERIES.items():
        answer = await standing.http.get(f"{VIDEOS}?{query}", headers=BEARER)
        assert answer.status_code == 400, query
        assert message(answer).startswith(said)


async def test_unknown_foreign_and_impossible_ids_get_the_same_404(standing: TestHouse) -> None:
    # given
    made = await create_video(standing)
    cases = [(OTHER, made["uuid"]), (BEARER, NOBODYS), (BEARER, made["id"]), (BEARER, "é")]
    cases += [(BEARER, "*"), (BEARER, "%3E"), (BEARER, "a.b"), (BEARER, f"{made['uuid']}%0A")]

    for headers, uuid in cases:
        # when
        answer = await standing.http.get(f"{VIDEOS}/{uuid}", headers=headers)

        # then
        assert answer.status_code == 404, uuid
        assert message(answer) == "no such video"
    assert (await standing.http.get(VIDEOS, headers=OTHER)).json()["total"] == 0


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"title": "t" * 129}, "title: has 129 characters"),
    ({"title": None}, "title: must be a string"),
    ({"titel": "a"}, "titel: is not a field of this request"),
]


async def test_a_bad_body_is_400_and_makes_nothing(house: TestHouse) -> None:
    for path, good in ((VIDEOS, {"title": "a"}), (COPY, {"title": "a", "url": house.url})):
        for changes, said in BAD_FIELDS:
            answer = await house.http.post(path, json={**good, **changes}, headers=BEARER)
            assert answer.status_code == 400, (path, changes)
            assert message(answer).startswith(said)
        for content in (b"", b"{", b"[]", b"\xff"):
            answer = await house.http.post(path, content=content, headers=BEARER)
            assert answer.status_code == 400, (path, content)
            assert message(answer).startswith("the body ")
    assert (await read(house, VIDEOS))["total"] == 0


async def test_without_a_good_key_every_route_answers_401_first(standing: TestHouse) -> None:
    for method, path in [
        ("POST", VIDEOS),
        ("POST", COPY),
        ("GET", f"{VIDEOS}?page=0"),
        ("GET", f"{VIDEOS}/*"),
    ]:
        for headers in ({}, {"Authorization": "Bearer nobodys"}):
            answer = await standing.http.request(method, path, content=b"{", headers=headers)
            assert answer.status_code == 401, (method, path)
            assert message(answer)
