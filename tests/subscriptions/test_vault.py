"""Secrets at rest: sealed row by row, those of before as well, and useless under another key."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from telecine.shared.errors import Refusal
from telecine.shared.tables.database import Database, opened
from telecine.shared.tables.schema import table_of
from telecine.shared.tables.sealing import KEY_BYTES, BrokenSeal, Seal
from telecine.subscriptions.tables import SecretRow
from telecine.subscriptions.vault import Vault

SEAL, OTHER = Seal(bytes(KEY_BYTES)), Seal(b"x" * KEY_BYTES)
ROWS = table_of(SecretRow)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, [SecretRow]) as database:
        yield database


async def stored(database: Database) -> dict[str, str]:
    """Answer what a thief of the table finds."""
    async with database.engine.connect() as connection:
        rows = (await connection.execute(select(ROWS))).all()
    return {row.key_id: row.value for row in rows}


async def keep_in_clear(database: Database, count: int) -> None:
    """Keep secrets as the first Telecine did."""
    rows = [
        {"key_id": f"k-{number}", "org": "demo", "endpoint_id": "e", "value": f"secret {number}"}
        for number in range(count)
    ]
    async with database.engine.begin() as connection:
        await connection.execute(database.insert(SecretRow), rows)


async def test_a_secret_is_kept_sealed_and_answered_in_clear(database: Database) -> None:
    vault = Vault(database, SEAL)

    await vault.put("k", "demo", "e", "whsec_hush")

    assert "hush" not in (await stored(database))["k"]
    assert await vault.get("demo", "e", ["k", "unknown"]) == {"k": "whsec_hush"}


async def test_a_key_id_keeps_its_first_secret(database: Database) -> None:
    vault = Vault(database, SEAL)

    await vault.put("k", "demo", "e", "first")
    await vault.put("k", "demo", "e", "second")

    assert await vault.get("demo", "e", ["k"]) == {"k": "first"}


async def test_nobody_gets_another_endpoints_secret(database: Database) -> None:
    vault = Vault(database, SEAL)
    await vault.put("k", "demo", "e", "hush")

    assert await vault.get("other", "e", ["k"]) == {}
    assert await vault.get("demo", "f", ["k"]) == {}


async def test_what_was_kept_in_clear_is_answered_and_sealed_at_the_start(
    database: Database,
) -> None:
    await keep_in_clear(database, 450)  # more than are sealed at once
    vault = Vault(database, SEAL)
    before = await vault.get("demo", "e", ["k-0"])

    await vault.open()

    assert before == {"k-0": "secret 0"}
    assert not [each for each in (await stored(database)).values() if "secret" in each]
    assert await vault.get("demo", "e", ["k-0", "k-449"]) == {
        "k-0": "secret 0",
        "k-449": "secret 449",
    }


async def test_under_another_key_the_service_does_not_start(database: Database) -> None:
    await Vault(database, SEAL).put("k", "demo", "e", "hush")

    with pytest.raises(Refusal, match="sealed with another key") as caught:
        await Vault(database, OTHER).open()

    assert caught.value.field == "seal_key"


async def test_a_sealed_secret_opens_for_its_own_key_id_only(database: Database) -> None:
    vault = Vault(database, SEAL)
    await vault.put("k", "demo", "e", "hush")
    await vault.put("mine", "demo", "f", "mine")
    async with database.engine.begin() as connection:
        moved = update(ROWS).where(ROWS.c.key_id == "mine")
        await connection.execute(moved.values(value=(await stored(database))["k"]))

    with pytest.raises(BrokenSeal):
        await vault.get("demo", "f", ["mine"])
