"""Calls to `/v1/endpoints` that a test needs, and what is answered."""

from typing import Any

import httpx

from tests.house import TestHouse

DEMO = {"authorization": "Bearer demo-key"}
OTHER = {"authorization": "Bearer other-key"}
V1 = "/v1/endpoints"


async def call(
    house: TestHouse, method: str, path: str = "", body: Any = None, **more: Any
) -> httpx.Response:
    """Ask as the organisation demo."""
    headers = {**DEMO, **more.pop("headers", {})}
    return await house.http.request(method, f"{V1}{path}", json=body, headers=headers, **more)


async def made(house: TestHouse, **fields: Any) -> dict[str, Any]:
    """Make an endpoint of OmegaStream (unless said otherwise); answer it."""
    body = {"platform": "omega", "url": house.receiver.on("/hook"), **fields}
    answer = await call(house, "POST", "", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def shown(house: TestHouse, endpoint: dict[str, Any]) -> dict[str, Any]:
    answer = await call(house, "GET", f"/{endpoint['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def changed(house: TestHouse, endpoint: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Change an endpoint; answer it as the change is answered."""
    answer = await call(house, "PATCH", f"/{endpoint['id']}", fields)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def wrong(answer: httpx.Response) -> tuple[str, str]:
    """Answer the field that a refusal blames, and what it says."""
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    return str(error["field"]), str(error["message"])
