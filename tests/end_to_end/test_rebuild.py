"""`telecine rebuild` while the house runs: views come out as the log has them, records as they were."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from telecine.shared.contracts.ingest import ListVideos
from telecine.shared.contracts.rebuilding import RebuildIngest
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.tables import folding
from telecine.shared.tables.database import opened
from telecine.shared.wire import rpc
from telecine.simulations.commands import rebuild
from telecine.simulations.verify.house import verifier
from tests import rooms as houses
from tests.customer import Customer
from tests.failpoints import CRASHED, Effect, Failpoints
from tests.rooms import Rooms
from tests.waiting import until

pytestmark = CRASHED

House = tuple[Rooms, Customer]
#: The moment when a new view is all but ready, and nobody is kept from writing the old one yet.
READY = Effect(folding._Making, "take_its_place")
RECORDS = {"delivery": ("deliveries", "attempts"), "subscriptions": ("secrets",)}
TYPES = ("video.uploaded", "video.process_succeeded")


@pytest.fixture
async def house(tmp_path: Path, tables_at: dict[str, Any]) -> AsyncIterator[House]:
    async with houses.opened(tmp_path / "data", **tables_at) as opened_house:
        yield opened_house


async def tell(rooms: Rooms, service: str, *statements: str) -> None:
    """Do something to a service's tables behind its back."""
    async with (
        opened(rooms.settings.database(service), []) as database,
        database.engine.begin() as connection,
    ):
        for statement in statements:
            await connection.execute(text(statement))


async def rows(rooms: Rooms, service: str, table: str) -> dict[Any, tuple[Any, ...]]:
    """Answer a table's rows by their first column."""
    async with (
        opened(rooms.settings.database(service), []) as database,
        database.engine.connect() as connection,
    ):
        found = await connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - a name of ours
        return {row[0]: tuple(row) for row in found}


async def records(rooms: Rooms) -> dict[str, dict[Any, tuple[Any, ...]]]:
    return {
        table: await rows(rooms, service, table)
        for service, tables in RECORDS.items()
        for table in tables
    }


async def problems_now(rooms: Rooms) -> list[str]:
    async with verifier(rooms.settings) as verifying:
        return (await verifying.once()).problems


async def listed(rooms: Rooms) -> list[str]:
    """Answer the ids of all videos, as whichever copy of ingest lists them."""
    page = await rpc.call(rooms.bus, ListVideos(org="demo"))
    return sorted(video.card.id for video in page.videos)


async def delivered(rooms: Rooms, customer: Customer, count: int) -> None:
    """Wait until so many deliveries are on record and the house is at rest."""

    async def all_there() -> bool:
        return len(await customer.deliveries(state="succeeded")) == count

    await until(all_there, deadline=30)
    assert await rooms.problems() == []


async def test_a_rebuild_mends_whatever_is_wrong_with_a_view(house: House) -> None:
    rooms, customer = house
    await customer.endpoint(rooms.receiver.on("/hook"))
    videos = sorted([await customer.upload() for _ in range(4)])
    await delivered(rooms, customer, 4)
    before = await records(rooms)
    await tell(
        rooms,
        "ingest",
        f"DELETE FROM videos WHERE id = '{videos[0]}'",  # noqa: S608 - ids of ours
        f"UPDATE videos SET state = '', last_seq = 1000000 WHERE id = '{videos[1]}'",  # noqa: S608
        f"UPDATE videos SET id = 'ghost' WHERE id = '{videos[2]}'",  # noqa: S608
    )
    await tell(rooms, "subscriptions", "DELETE FROM endpoints")
    assert await problems_now(rooms) != []

    assert await rebuild.run(rooms.settings, []) == 0

    assert await rooms.problems() == []
    assert await listed(rooms) == videos
    assert await records(rooms) == before


async def test_under_load_lists_never_shrink_and_records_stay_as_they_were(house: House) -> None:
    rooms, customer = house
    await customer.endpoint(rooms.receiver.on("/hook"), *TYPES)
    for _ in range(10):
        await customer.upload()
    await delivered(rooms, customer, 20)
    before, counts, done = await records(rooms), [10], asyncio.Event()

    async def upload() -> None:
        for _ in range(15):
            video_id = await customer.upload()
            newest = await rpc.call(rooms.bus, ListVideos(org="demo", limit=10))
            assert video_id in {video.card.id for video in newest.videos}, "answered, not listed"

    async def look() -> None:
        while not done.is_set():
            counts.append((await rpc.call(rooms.bus, ListVideos(org="demo", limit=1))).total)
            assert (await customer.call("GET", "/v1/endpoints"))["total"] == 1

    async def rebuild_often() -> None:
        while not done.is_set():
            await rebuild.run(rooms.settings, ["videos", "endpoints"])

    others = [asyncio.create_task(each) for each in (look(), rebuild_often())]
    try:
        await asyncio.gather(upload(), upload())
    finally:
        done.set()
        await asyncio.gather(*others)

    assert counts == sorted(counts), "a list shrank"
    await delivered(rooms, customer, 80)
    after = await records(rooms)
    for table, kept in before.items():
        assert {key: after[table].get(key) for key in kept} == kept


async def test_what_happens_while_a_view_is_made_is_in_it(
    house: House, failpoints: Failpoints
) -> None:
    rooms, customer = house
    old = await customer.upload()
    await rooms.problems()
    nearly = failpoints.set(READY, "before")
    rebuilding = asyncio.create_task(rebuild.run(rooms.settings, ["videos"]))
    await nearly.reached.wait()

    new = await customer.upload()
    assert await listed(rooms) == sorted([old, new])
    nearly.release()

    assert await rebuilding == 0
    assert await listed(rooms) == sorted([old, new])
    assert await rooms.problems() == []


async def test_of_two_copies_one_rebuilds_and_both_answer(
    house: House, failpoints: Failpoints
) -> None:
    rooms, customer = house
    await rooms.start("ingest")
    videos = sorted([await customer.upload() for _ in range(3)])
    nearly = failpoints.set(READY, "before")
    rebuilding = asyncio.create_task(rebuild.run(rooms.settings, ["videos"]))
    await nearly.reached.wait()

    asked = RebuildIngest(views=("videos",), progress=rooms.bus.client.new_inbox())
    for _ in range(10):  # whichever copy is asked
        with pytest.raises(Refusal, match="ingest is being rebuilt already"):
            await rpc.call(rooms.bus, asked)
        assert await listed(rooms) == videos
    nearly.release()

    assert await rebuilding == 0
    assert [await listed(rooms) for _ in range(10)] == [videos] * 10
    assert await rebuild.run(rooms.settings, ["videos"]) == 0, "the next one may"


async def test_a_service_that_stops_on_the_way_leaves_the_old_view(
    house: House, failpoints: Failpoints
) -> None:
    rooms, customer = house
    videos = sorted([await customer.upload() for _ in range(3)])
    nearly = failpoints.set(READY, "before")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuild, "SILENCE", 2.0)
        rebuilding = asyncio.create_task(rebuild.run(rooms.settings, ["videos"]))
        await nearly.reached.wait()
        await rooms.stop("ingest")
        with pytest.raises(Unavailable, match="says nothing any more"):
            await rebuilding
    await rooms.start("ingest")

    assert await listed(rooms) == videos
    assert await rebuild.run(rooms.settings, ["videos"]) == 0
    assert await rooms.problems() == []


async def test_a_view_that_cannot_be_made_says_so_and_stays(
    house: House, failpoints: Failpoints
) -> None:
    rooms, customer = house
    video_id = await customer.upload()
    failpoints.set(READY, "before", "raises")

    with pytest.raises(Unavailable, match="videos was not rebuilt, and is as it was"):
        await rebuild.run(rooms.settings, ["videos"])

    assert await listed(rooms) == [video_id]


OTHERWISE = {
    "of other columns": [
        "UPDATE view_shapes SET shape = 'of yesterday'",
        "DROP TABLE videos",
        "CREATE TABLE videos (id INTEGER)",
    ],
    "before there were shapes": ["DROP TABLE view_shapes", "DELETE FROM videos"],
    "gone": ["DROP TABLE videos", "DROP TABLE view_shapes"],
}


@pytest.mark.parametrize("statements", OTHERWISE.values(), ids=list(OTHERWISE))
async def test_a_view_of_another_shape_is_folded_anew_before_anybody_is_answered(
    house: House, statements: list[str]
) -> None:
    rooms, customer = house
    videos = sorted([await customer.upload() for _ in range(3)])
    await rooms.stop("ingest")
    await tell(rooms, "ingest", *statements)

    await asyncio.gather(rooms.start("ingest"), rooms.start("ingest"))

    assert await listed(rooms) == videos
    assert await rooms.problems() == []
