"""No statement that delivery makes in its work reads the whole table, however much is on record."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from telecine.delivery import sweeping
from telecine.simulations.receiver import Answer
from tests import rooms as houses
from tests.customer import Customer
from tests.delivery.statements import Statement, heard
from tests.rooms import Rooms
from tests.waiting import until

#: Indexes of what waits: few rows, however many there are in all.
_SHORT = "deliveries_(waiting|parked|behind)"
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
