"""Clearing: of a deleted endpoint nothing secret stays, of a replay nothing for ever."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from telecine.shared.aggregates.endpoint import Deleted
from telecine.shared.tables.database import Database, opened
from telecine.shared.tables.schema import table_of
from telecine.shared.tables.sealing import KEY_BYTES, Seal
from telecine.subscriptions import clearing, fan_out
from telecine.subscriptions.chains import Chains
from telecine.subscriptions.clearing import Clearing
from telecine.subscriptions.health import Healths
from telecine.subscriptions.health_decider import Failing
from telecine.subscriptions.reigns import Reign
from telecine.subscriptions.replays import Replays
from telecine.subscriptions.schema import SCHEMA
from telecine.subscriptions.tables import HealthRow, ReplayRow, SecretRow
from telecine.subscriptions.vault import Vault
from telecine.subscriptions.view import EndpointView
from tests.gateway.endpoints import call, made
from tests.house import OpenHouse
from tests.shared.videos import ORG, minute
from tests.subscriptions.copies import endpoint
from tests.subscriptions.replay_rows import replay
from tests.waiting import until

KEEP = timedelta(days=90)
NOW = minute(9) + KEEP


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Tables that know of an endpoint that lives, and of one that was deleted."""
    async with opened(database_url, SCHEMA) as database:
        view = EndpointView(database)
        await view.put(endpoint("lives"), 1)
        await view.put(Deleted(endpoint("gone").profile), 2)
        yield database


async def cleared(database: Database, *, more: bool = False) -> None:
    clearing = Clearing(database, Chains(database, Reign(database)), KEEP)
    assert await clearing.some(NOW) is more


async def stored(database: Database, column: Any) -> set[str]:
    async with database.session() as session:
        return set(await session.scalars(select(column)))


async def test_the_secrets_of_deleted_endpoints_go_and_no_others(database: Database) -> None:
    vault = Vault(database, Seal(bytes(KEY_BYTES)))
    for name in ("lives", "gone", "not made yet"):
        await vault.put(f"key of {name}", ORG, name, "hush")

    await cleared(database)

    found = await stored(database, table_of(SecretRow).c.endpoint_id)
    assert found == {"lives", "not made yet"}


async def test_the_health_of_deleted_endpoints_goes_and_no_others(database: Database) -> None:
    reign = Reign(database)
    await reign.begin("one")
    failing = Failing(minute(1), version=1)
    await (await Healths.of(database, reign)).put({"lives": failing, "gone": failing})

    await cleared(database)

    assert await stored(database, table_of(HealthRow).c.endpoint_id) == {"lives"}


async def test_replays_go_a_long_time_after_their_end(database: Database) -> None:
    replays = Replays(database)
    old, young = NOW - KEEP - timedelta(seconds=1), NOW - KEEP
    await replays.begin(replay("runs", updated_at=old))
    await replays.begin(replay("old", state="done", updated_at=old))
    await replays.begin(replay("cancelled", state="cancelled", updated_at=old))
    await replays.begin(replay("young", state="done", updated_at=young))

    await cleared(database)

    assert await stored(database, table_of(ReplayRow).c.id) == {"runs", "young"}


async def test_what_is_much_goes_a_part_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    vault = Vault(database, Seal(bytes(KEY_BYTES)))
    for number in range(3):
        await vault.put(f"k-{number}", ORG, "gone", "hush")

    await cleared(database, more=True)
    assert len(await stored(database, table_of(SecretRow).c.key_id)) == 1
    await cleared(database)

    assert await stored(database, table_of(SecretRow).c.key_id) == set()


async def test_soon_after_its_deletion_nothing_secret_of_an_endpoint_is_kept(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "SWEEP", 0.05)
    async with open_house() as house:
        headers = {"x-token": "hush"}
        gone = await made(house, settings={"headers": headers, "signatures": ["v1", "v1a"]})
        stays = await made(house)
        url = house.settings.database("subscriptions")
        async with opened(url, []) as database:
            secrets = table_of(SecretRow).c.endpoint_id
            assert await stored(database, secrets) == {gone["id"], stays["id"]}

            await call(house, "DELETE", f"/{gone['id']}")

            async def only_the_other() -> bool:
                return await stored(database, secrets) == {stays["id"]}

            await until(only_the_other)
