"""The first tus entrance over HTTP: an upload opens its own video, and its chunks have rules."""

import asyncio
from base64 import b64encode
from typing import Any

import httpx
from tusclient.client import TusClient

from telecine.simulations.media import CLIP
from tests.house import TestHouse
from tests.platforms.omega.api import (
    BEARER,
    OTHER,
    VIDEOS,
    create_collection,
    create_video,
    message,
    processed,
    read,
    signed,
)
from tests.waiting import until

DOOR = f"{VIDEOS}/stream"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}
LEAST, UNIT = 5_242_880, 256 * 1024


def metadata(**fields: str) -> str:
    return ",".join(f"{key} {b64encode(text.encode()).decode()}" for key, text in fields.items())


async def begin(
    house: TestHouse, length: int, headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    sent = {**BEARER, **TUS, "Upload-Length": str(length), "Upload-Metadata": metadata(**fields)}
    return await house.http.post(DOOR, headers={**sent, **(headers or {})})


async def patch(
    house: TestHouse, place: str, offset: int, data: bytes, headers: Any = BEARER
) -> httpx.Response:
    sent = {**TUS, **BYTES, "Upload-Offset": str(offset), **headers}
    return await house.http.patch(place, content=data, headers=sent)


async def test_a_client_uploads_and_the_answer_names_its_video(house: TestHouse) -> None:
    collection = (await create_collection(house))["id"]

    answer = await begin(house, CLIP.stat().st_size, title="A day at sea", collection=collection)
    uuid = answer.headers["stream-media-id"]
    opened = await read(house, f"{VIDEOS}/{uuid}")
    sent = await patch(house, answer.headers["location"], 0, CLIP.read_bytes())

    assert (answer.status_code, sent.status_code) == (201, 204)
    assert DOOR in answer.headers["location"]
    assert opened["status"] == "ready-to-upload"
    assert (opened["title"], opened["collection_id"]) == ("A day at sea", collection)

    async def over() -> bool:
        return bool((await read(house, f"{VIDEOS}/{uuid}"))["ready_to_stream"])

    await until(over)
    assert (await read(house, f"{VIDEOS}/{uuid}"))["size"] == CLIP.stat().st_size


async def test_somebody_elses_client_of_the_protocol_gets_through(house: TestHouse) -> None:
    client = TusClient(f"{house.url}{DOOR}", headers=BEARER)
    with CLIP.open("rb") as stream:
        uploader = client.uploader(
            file_stream=stream, chunk_size=52_428_800, metadata={"filename": CLIP.name}
        )
        await asyncio.to_thread(uploader.upload)

    (video,) = (await read(house, VIDEOS))["data"]
    assert video["title"] == CLIP.name
    assert video["status"] != "ready-to-upload"


async def test_chunks_that_are_not_the_last_follow_the_documented_rules(house: TestHouse) -> None:
    place = (await begin(house, LEAST + 1000)).headers["location"]

    small = await patch(house, place, 0, b"0" * UNIT)
    odd = await patch(house, place, 0, b"0" * (LEAST + 1))
    first = await patch(house, place, 0, b"0" * LEAST)
    last = await patch(house, place, LEAST, b"0" * 1000)

    assert (small.status_code, odd.status_code) == (400, 400)
    assert "too small; send at least 5242880" in message(small)
    assert "no multiple of 262144" in message(odd)
    assert (first.status_code, last.status_code) == (204, 204)


async def test_an_upload_that_cannot_be_opens_no_video(house: TestHouse) -> None:
    refusals = [
        (await begin(house, 10, title="t" * 129), 400, "title: has 129 characters"),
        (await begin(house, 10, collection="c\x00"), 400, "collection: has a control"),
        (await begin(house, 10, collection="0" * 24), 404, "collection: no such collection"),
        (await begin(house, 10**15, title="a"), 413, "Upload-Length"),
        (await begin(house, 10, {"Upload-Length": "-"}), 400, ""),
        (await begin(house, 10, {"Tus-Resumable": "9"}), 412, ""),
        (await begin(house, 10, {"Authorization": "Bearer no"}), 401, "nobody has this key"),
        (await begin(house, 10, {"Authorization": ""}), 401, "send your key"),
    ]

    for answer, status, said in refusals:
        assert answer.status_code == status, said
        assert message(answer).startswith(said)
    assert (await read(house, VIDEOS))["total"] == 0
    assert list(house.settings.uploads.glob("*")) == []


async def test_the_same_idempotency_key_opens_one_video(house: TestHouse) -> None:
    key = {"Idempotency-Key": "a"}

    first, again = await begin(house, 4, key), await begin(house, 4, key)
    await patch(house, again.headers["location"], 0, b"\x00" * 4)
    late = await begin(house, 4, key)

    assert first.headers["stream-media-id"] == again.headers["stream-media-id"]
    assert (await read(house, VIDEOS))["total"] == 1
    assert (late.status_code, message(late)) == (
        409,
        "this video has its bytes already; create another video",
    )


async def test_an_upload_is_touched_with_a_key_of_its_organisation_only(house: TestHouse) -> None:
    place = (await begin(house, 4)).headers["location"]

    stranger = await patch(house, place, 0, b"0000", OTHER)
    nobody = await patch(house, place, 0, b"0000", {})
    unknown = await patch(house, f"{DOOR}/{place[-45:-8]}00000000", 0, b"0000")

    assert (stranger.status_code, nobody.status_code, unknown.status_code) == (404, 401, 404)
    assert all(message(each) for each in (stranger, nobody, unknown))
    head = await house.http.head(place, headers={**BEARER, **TUS})
    assert (head.status_code, head.headers["upload-offset"]) == (200, "0")


async def test_json_beside_the_door_has_the_limit_of_json(house: TestHouse) -> None:
    body = {"title": "a", "url": house.url, "headers": {"x": "y" * 300_000}}

    answer = await house.http.post(f"{DOOR}/copy", json=body, headers=BEARER)

    assert answer.status_code == 413


async def test_bytes_for_a_deleted_video_are_refused_at_every_step(house: TestHouse) -> None:
    """Omega deletes only what is processed, another platform whatever there is."""
    uuid = (await create_video(house))["uuid"]
    v2 = {**TUS, "Upload-Length": "4", **signed("demo-key", 4_102_444_800, uuid)}
    place = (await house.http.post("/tusupload", headers=v2)).headers["location"]
    v1 = await begin(house, 4)
    token = {"Authorization": "Token demo-key"}
    for each in (uuid, v1.headers["stream-media-id"]):
        answer = await house.http.delete(f"/api/v1/demo/assets/{each}/", headers=token)
        assert answer.status_code == 204, answer.text

    answers = [
        await house.http.post("/tusupload", headers=v2),
        await patch(house, place, 0, b"0000", signed("demo-key", 4_102_444_800, uuid)),
        await patch(house, v1.headers["location"], 0, b"0000"),
    ]

    for answer in answers:
        assert answer.status_code == 409
        assert message(answer).startswith("this video is deleted")
    assert (await read(house, f"{VIDEOS}/{uuid}"))["status"] == "ready-to-upload"


async def test_traffic_of_videos_is_summed_as_documented(house: TestHouse) -> None:
    first, second = await processed(house), await processed(house)
    path = f"{VIDEOS}/traffic?start_time=2020-01-01T00:00:00Z&end_time=2020-01-02T00:00:00Z"

    answer = await house.http.post(path, json={"uuids": [first, second.upper()]}, headers=BEARER)
    unknown = await house.http.post(
        path, json={"uuids": [first, "a0dc8dbf-3126-4805-89a1-662a33331f93"]}, headers=BEARER
    )

    told = answer.json()
    assert list(told) == [
        *("checked_uuids", "start_time", "end_time", "queried_at", "videos_traffic")
    ]
    assert told == {
        "checked_uuids": [first, second],
        "start_time": "2020-01-01T00:00:00Z",
        "end_time": "2020-01-02T00:00:00Z",
        "queried_at": told["queried_at"],
        "videos_traffic": {
            "number_of_requests": 0,
            "traffic_in_bytes": 0,
            "traffic_in_gb": 0.0,
            "traffic_in_tb": 0.0,
        },
    }
    assert (unknown.status_code, message(unknown)) == (
        404,
        "a0dc8dbf-3126-4805-89a1-662a33331f93: no such video",
    )
