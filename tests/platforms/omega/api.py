"""Calls to Omega's API of a house, as its clients make them."""

from hashlib import sha256
from typing import Any

import httpx

from tests.house import TestHouse
from tests.waiting import until

BEARER = {"Authorization": "Bearer demo-key"}
OTHER = {"Authorization": "Bearer other-key"}
WEBHOOKS = "/company/client/webhooks"
VIDEOS = "/company/client/video"
COLLECTIONS = "/company/client/collections"
EVENTS = ["video.uploaded", "video.process_succeeded", "video.process_failed"]


async def create_endpoint(
    house: TestHouse,
    url: str,
    events: list[str] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    body = {"url": url, "events": events or EVENTS}
    answer = await house.http.post(WEBHOOKS, json=body, headers={**BEARER, **(headers or {})})
    assert answer.status_code == 200, answer.text
    shape: dict[str, Any] = answer.json()
    return shape


async def upload_link(house: TestHouse, title: str = "a video") -> dict[str, Any]:
    body = {"url": f"{house.url}/video.mp4", "title": title}
    answer = await house.http.post(f"{VIDEOS}/stream/copy", json=body, headers=BEARER)
    assert answer.status_code == 200, answer.text
    shape: dict[str, Any] = answer.json()
    return shape


async def create_video(house: TestHouse, **body: Any) -> dict[str, Any]:
    answer = await house.http.post(VIDEOS, json={"title": "a video", **body}, headers=BEARER)
    assert answer.status_code == 201, answer.text
    shape: dict[str, Any] = answer.json()
    return shape


async def create_collection(house: TestHouse, name: str = "a collection") -> dict[str, Any]:
    answer = await house.http.post(COLLECTIONS, json={"name": name}, headers=BEARER)
    assert answer.status_code == 201, answer.text
    shape: dict[str, Any] = answer.json()
    return shape


async def read(house: TestHouse, path: str) -> Any:
    answer = await house.http.get(path, headers=BEARER)
    assert answer.status_code == 200, answer.text
    return answer.json()


def message(answer: httpx.Response) -> str:
    """Answer the words of an error, which has nothing but words."""
    shape = answer.json()
    assert list(shape) == ["message"]
    words: str = shape["message"]
    return words


def signed(key: str, expiration: int | str, video: str) -> dict[str, str]:
    """Answer the headers of the tus door, as the documents' example makes them."""
    signature = sha256(f"{key}{expiration}{video}".encode()).hexdigest()
    return {"Signature": signature, "Expiration": str(expiration), "Video-Id": video}


async def processed(house: TestHouse, title: str = "a video", status: str = "completed") -> str:
    """Upload by link and wait until it is processed. Answers the uuid."""
    uuid: str = (await upload_link(house, title))["uuid"]

    async def there() -> bool:
        video = await read(house, f"{VIDEOS}/{uuid}")
        listed = await read(house, f"{VIDEOS}?limit=100&status=process-{status}")
        known = uuid in {each["uuid"] for each in listed["data"]}
        return bool(known and video["status"] == f"process-{status}")

    await until(there)
    return uuid


async def facts(house: TestHouse, uuid: str) -> list[str]:
    history = await read(house, f"/v1/videos/{uuid}/history")
    return [fact["type"] for fact in history["facts"]]
