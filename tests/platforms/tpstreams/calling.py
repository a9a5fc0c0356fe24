"""Calls of the API as its documents write them."""

from typing import Any

import httpx

KEY = {"Authorization": "Token demo-key"}
HOME = "/api/v1/demo"
WEBHOOKS = f"{HOME}/webhooks/"
ASSETS = f"{HOME}/assets/"
NOBODY = "00000000-0000-4000-8000-000000000000"
WEBHOOK = {"url": "https://sample.beeceptor.com", "secret_token": "abcdef"}


async def make_webhook(http: httpx.AsyncClient, **changes: str) -> dict[str, Any]:
    """Create a webhook and answer it as shown."""
    made = await http.post(WEBHOOKS, json={**WEBHOOK, **changes}, headers=KEY)
    assert made.status_code == 201, made.text
    shown: dict[str, Any] = made.json()
    return shown


async def make_folder(http: httpx.AsyncClient, title: str, **changes: str) -> str:
    """Create a folder and answer its id."""
    made = await http.post(f"{ASSETS}folders/", json={"title": title, **changes}, headers=KEY)
    assert made.status_code == 201, made.text
    return str(made.json()["uuid"])


async def make_asset(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Create an asset from a link and answer it as shown."""
    body = {"inputs": [{"url": "https://example.com/a.mp4"}], "resolutions": ["240p"], **changes}
    made = await http.post(f"{ASSETS}videos/", json=body, headers=KEY)
    assert made.status_code == 201, made.text
    shown: dict[str, Any] = made.json()
    return shown
