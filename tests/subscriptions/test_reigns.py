"""A copy that another has followed writes nothing any more of what belongs to who fans out."""

from collections.abc import AsyncIterator

import pytest

from telecine.shared.errors import Conflict
from telecine.shared.tables.database import Database, opened
from telecine.subscriptions.health import Healths
from telecine.subscriptions.health_decider import WELL, Failing
from telecine.subscriptions.reigns import Reign
from telecine.subscriptions.replays import Replays
from telecine.subscriptions.schema import SCHEMA
from tests.shared.videos import ORG, minute
from tests.subscriptions.replay_rows import replay

FAILING = Failing(minute(1), version=1)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, SCHEMA) as database:
        yield database


async def reign(database: Database, name: str) -> Reign:
    """Answer the reign of a copy that fans out from now on."""
    begun = Reign(database)
    await begun.begin(name)
    return begun


async def test_a_late_copy_does_not_write_over_what_its_successor_knows_of_health(
    database: Database,
) -> None:
    late = await Healths.of(database, await reign(database, "one"))
    await late.put({"e": FAILING})
    second = await reign(database, "two")
    successor = await Healths.of(database, second)
    await successor.put({"e": WELL})

    with pytest.raises(Conflict, match="two fans out by now"):
        await late.put({"e": FAILING, "another": FAILING})

    third = await Healths.of(database, second)
    assert (third.get("e"), third.get("another")) == (WELL, WELL)


async def test_a_late_copy_moves_no_replay_back(database: Database) -> None:
    first = await reign(database, "one")
    late, desk = Replays(database, first), Replays(database)
    await desk.begin(replay("r"))
    successor = Replays(database, await reign(database, "two"))
    assert await successor.move("r", minute(2), found=7)

    with pytest.raises(Conflict, match="two fans out by now"):
        await late.move("r", minute(3), found=1)

    row = await desk.get(ORG, "r")
    assert row
    assert row.found == 7
    assert await desk.move("r", minute(4), state="cancelled"), "anybody may cancel one"
