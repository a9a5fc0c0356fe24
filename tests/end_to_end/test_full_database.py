"""Databases that take no more writes: clear answers, readiness off, nothing lost, and all by itself."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, Pool

from tests import postgresql
from tests import rooms as houses
from tests.customer import BEARER, Customer
from tests.failpoints import CRASHED
from tests.rooms import Rooms
from tests.waiting import until

#: PostgreSQL's sessions are ended under the house, as in a crash, with connections half made.
pytestmark = CRASHED

TYPES = ("video.uploaded", "video.process_succeeded")
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
UNLIMITED = 1_073_741_823  # SQLite's own default
#: With it the tables take nothing more (True), or everything again (False).
Fill = Callable[[bool], Awaitable[None]]
House = tuple[Rooms, Customer, Fill]


@asynccontextmanager
async def small_files() -> AsyncIterator[tuple[dict[str, Any], Fill]]:
    """SQLite files whose size has a limit: that of the moment when they are to be full."""
    full = False

    def limit(connection: Any, *_: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            pages = 1 if full else UNLIMITED  # fewer than there are means: as many as there are
            connection.execute(f"PRAGMA max_page_count = {pages}").close()

    async def fill(wanted: bool) -> None:
        nonlocal full
        full = wanted

    event.listen(Pool, "checkout", limit)
    try:
        yield {}, fill
    finally:
        event.remove(Pool, "checkout", limit)


@asynccontextmanager
async def read_only() -> AsyncIterator[tuple[dict[str, Any], Fill]]:
    """A PostgreSQL database that turns read-only for every session, as one that has failed over."""
    async with postgresql.database() as url:
        name = url.partition("@/")[2].partition("?")[0]
        engine = create_async_engine(
            url.replace(name, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )

        async def fill(wanted: bool) -> None:
            async with engine.connect() as connection:
                how = "on" if wanted else "off"
                alter = f"ALTER DATABASE {name} SET default_transaction_read_only = {how}"
                await connection.execute(text(alter))
                if wanted:
                    await connection.execute(text(END), {"name": name})

        yield {"database_url": url}, fill


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    tables = small_files() if request.param == "sqlite" else read_only()
    async with (
        tables as (settings, fill),
        houses.opened(tmp_path / "data", **settings) as (rooms, customer),
    ):
        yield rooms, customer, fill
        await fill(False)


async def upload(customer: Customer, key: str) -> Any:
    """Upload by link under a key of one's own, whatever is answered."""
    body = {"url": "http://example.com/clip.mp4", "title": "clip"}
    headers = {**BEARER, "idempotency-key": key}
    return await customer.http.post(
        "/company/client/video/stream/copy", json=body, headers=headers
    )


async def ready(customer: Customer) -> Any:
    return (await customer.http.get("/readyz")).json()


async def all_told(rooms: Rooms, videos: set[str]) -> bool:
    told = {
        (each.json()["data"]["video"]["uuid"], each.json()["type"])
        for each in rooms.receiver.received
    }
    return told >= {(video_id, type_) for video_id in videos for type_ in TYPES}


async def test_tables_that_take_no_more_cost_clear_answers_and_nothing_else(house: House) -> None:
    rooms, customer, fill = house
    await customer.endpoint(rooms.receiver.on("/hook"), *TYPES)
    videos = {await customer.upload()}
    await until(lambda: all_told(rooms, videos))

    await fill(True)
    key, refused = "", None
    while refused is None:
        key = uuid4().hex
        answer = await upload(customer, key)
        if answer.status_code == 200:
            videos.add(answer.json()["uuid"])
        else:
            refused = answer
    assert refused.status_code == 503, refused.text
    assert "the database is in trouble" in refused.json()["message"]
    asset = {
        "title": "clip",
        "inputs": [{"url": "http://example.com/c.mp4"}],
        "resolutions": ["720p"],
    }
    other = await customer.http.post(
        "/api/v1/demo/assets/videos/", json=asset, headers={"authorization": "Token demo-key"}
    )
    assert (other.status_code, list(other.json())) == (503, ["detail"]), other.text
    await until(lambda: is_missing(customer, "ingest"))
    listed = await customer.http.get("/company/client/video", headers=BEARER)
    assert listed.status_code == 200, "what is there can be read"

    await fill(False)
    await until(lambda: is_ready(customer), deadline=30)
    repeated = await upload(customer, key)
    videos.add(repeated.json()["uuid"])

    await until(lambda: all_told(rooms, videos), deadline=30)
    assert await rooms.problems() == []
    ids = [each.headers["webhook-id"] for each in rooms.receiver.received]
    assert max(ids.count(each) for each in ids) <= 2, "sent again and again, and never recorded"


async def is_missing(customer: Customer, service: str) -> bool:
    return service in (await ready(customer)).get("missing", [])


async def is_ready(customer: Customer) -> bool:
    return bool((await ready(customer))["status"] == "ready")
