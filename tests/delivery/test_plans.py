"""No statement that delivery makes in its work reads the whole table, however much is on record."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from telecine.delivery import sweeping
from telecine.delivery.fetching import Fetching, live_at
from telecine.delivery.schema import SCHEMA
from telecine.shared.tables.database import opened
from telecine.simulations.receiver import Answer
from tests import rooms as houses
from tests.customer import Customer
from tests.delivery.rows import add, delivery
from tests.delivery.statements import Statement, heard, plans
from tests.rooms import Rooms
from tests.waiting import until

#: Indexes of what waits: few rows, however many there are in all.
_SHORT = "deliveries_(waiting|parked|fetched|behind)"
_WHOLE = re.compile(rf"SCAN (deliveries|attempts)(?!.* INDEX {_SHORT}\b)")


def reads_all(path: Path, made: list[Statement]) -> list[str]:
    """Answer the statements that go through all of a table, as SQLite would do them."""
    found = []
    with closing(sqlite3.connect(path)) as connection:
        for statement, parameters in dict(made).items():
            if re.match("SELECT|UPDATE|DELETE|INSERT", statement):
                plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
                found += [f"{row[-1]}: {statement}" for row in plan if _WHOLE.match(row[-1])]
    return found


async def work(rooms: Rooms, customer: Customer) -> None:
    """Have one ordered endpoint whose webhooks fail at first, and one that is off for a while."""
    answers = (Answer(500), Answer(500), Answer(200))
    fails = await customer.endpoint(rooms.receiver.on("/fails", *answers), "video.uploaded")
    off = await customer.endpoint(rooms.receiver.on("/off"), "video.uploaded")
    await customer.call("PATCH", f"/v1/endpoints/{fails}", {"settings": {"ordering": "endpoint"}})
    await customer.speed(0)
    for _ in range(3):
        await customer.upload()
    await until(lambda: parked(customer, fails))
    await customer.switch(off, active=False)
    await customer.call("GET", f"/v1/endpoints/{fails}/backlog")
    await customer.call("POST", f"/v1/endpoints/{off}/backlog/discard")
    await customer.speed(1000)
    await customer.switch(off, active=True)

    async def all_succeeded() -> bool:
        return len(await customer.deliveries(endpoint_id=fails, state="succeeded")) == 3

    await until(all_succeeded, deadline=30)


async def parked(customer: Customer, endpoint_id: str) -> bool:
    return bool(await customer.deliveries(endpoint_id=endpoint_id, state="parked"))


async def test_nothing_reads_the_whole_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "_PERIOD", 0.2)
    async with houses.opened(tmp_path / "data", speed=1000) as (rooms, customer):
        path = tmp_path / "data" / "delivery.db"
        with heard(Engine, str(path)) as made:
            await work(rooms, customer)
            assert any("gates.due <" in one for one, _ in made), "no sweep was seen"
            assert any("predecessor IN" in one for one, _ in made), "nobody was released"

        assert reads_all(path, made) == []


async def test_what_is_fetched_is_found_without_a_look_at_what_waits_in_a_chain(
    database_url: str,
) -> None:
    """Which may be a million, of an endpoint that wants order, and is looked past at each fetch."""
    chain = [
        delivery(f"{number}", state="parked", reason="ordering", predecessor=f"{number - 1}")
        for number in range(1, 2000)
    ]
    async with opened(database_url, SCHEMA) as database:
        await add(database, delivery("0", state="parked", reason="in_flight"), *chain)
        if database.is_postgresql:
            async with database.writing() as connection:
                await connection.exec_driver_sql("ANALYZE deliveries")
        fetching = Fetching(database)

        found = [
            *await plans(database, fetching.oldest(live_at("e"), 64, ["another"])),
            *await plans(database, fetching.count(live_at("e"), 64)),
        ]

    assert len(found) == 2
    for plan in found:
        assert "deliveries_fetched" in plan, plan
