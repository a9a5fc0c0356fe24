"""Migrations: every database of ours, old or empty, comes to the form that the code expects, once."""

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, text
from sqlmodel import SQLModel

from telecine.delivery.schema import SCHEMA as DELIVERY
from telecine.shared.tables.database import Database, opened
from telecine.shared.tables.migrating.upgrade import configuration, upgrade
from telecine.shared.tables.migrations import NewerDatabase, revisions, version, version_table
from telecine.shared.tables.schema import Schema, table_of
from telecine.subscriptions.schema import SCHEMA as SUBSCRIPTIONS
from tests.shared.migrations import SERVICES, migrated, schemas

named = pytest.mark.parametrize("schema", migrated(), ids=lambda schema: schema.service)
DELIVERED = datetime(2026, 1, 31, 12, tzinfo=UTC)
BROKEN = """
from alembic import op
import sqlalchemy as sa

revision, down_revision = "{number}", {before}


def upgrade() -> None:
    op.create_table("table_{number}", sa.Column("id", sa.String(), primary_key=True))
    {then}
"""


def models(schema: Schema) -> MetaData:
    """Answer the records as the code has them."""
    wanted = MetaData()
    for model in schema.records:
        table_of(model).to_metadata(wanted)
    return wanted


def differences(connection: Connection, wanted: MetaData) -> list[Any]:
    """Answer what the tables lack, or have beyond what is wanted."""

    def ours(name: str | None, kind: str, _: Any) -> bool:
        return kind != "table" or name in wanted.tables

    context = MigrationContext.configure(connection, opts={"include_name": ours})
    return list(compare_metadata(context, wanted))


def history(schema: Schema) -> tuple[str, ...]:
    assert schema.migrations
    return revisions(schema.migrations)


async def at(database: Database, service: str) -> str | None:
    """Answer how far a service's records have come."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(version, service)


async def ask(database: Database, statement: str) -> list[Any]:
    async with database.engine.connect() as connection:
        return list(await connection.execute(text(statement)))


async def tables(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.run_sync(lambda c: inspect(c).get_table_names()))


async def made_without_alembic(url: str, *, without: str | None = None) -> None:
    """Leave what the first version of Telecine left: its tables, a row in each, and no version."""
    async with opened(url, []) as database, database.engine.begin() as connection:
        await connection.run_sync(lambda c: upgrade(c, DELIVERY, "0001"))
        await connection.execute(text(f"DROP TABLE {version_table('delivery')}"))
        for table in ("deliveries", "attempts"):
            there = Table(table, MetaData())
            await connection.run_sync(inspect_into, there)
            row = {column.name: value(column) for column in there.columns}
            await connection.execute(insert(there), [row])
        if without:
            await connection.execute(text(f"DROP TABLE {without}"))


def inspect_into(connection: Connection, table: Table) -> None:
    inspect(connection).reflect_table(table, None)


def value(column: Column[Any]) -> Any:
    kind = column.type.python_type
    return {str: "x", bytes: b"x", datetime: DELIVERED}.get(kind, 1) if kind is not bool else True


@named
async def test_an_empty_database_gets_the_tables_of_the_models(
    database_url: str, schema: Schema
) -> None:
    async with opened(database_url, schema) as database, database.engine.connect() as connection:
        assert await connection.run_sync(differences, models(schema)) == []
        assert await connection.run_sync(version, schema.service) == history(schema)[-1]


async def test_a_column_without_a_migration_would_be_noticed(database_url: str) -> None:
    wanted = models(SUBSCRIPTIONS)
    wanted.tables["secrets"].append_column(Column("forgotten", String))

    async with (
        opened(database_url, SUBSCRIPTIONS) as database,
        database.engine.connect() as connection,
    ):
        found = await connection.run_sync(differences, wanted)

    assert [(each[0], each[3].name) for each in found] == [("add_column", "forgotten")]


@named
async def test_a_history_is_one_line_in_the_order_of_its_numbers(
    database_url: str, schema: Schema
) -> None:
    async with opened(database_url, schema) as database, database.engine.connect() as connection:
        config = await connection.run_sync(configuration, schema)
    script = ScriptDirectory.from_config(config)

    assert [each.revision for each in script.walk_revisions()] == [*reversed(history(schema))]


def test_every_table_of_a_service_is_a_record_or_a_view() -> None:
    """Whatever a service's schema does not name is never made in a new database."""
    for schema in schemas():
        room = SERVICES / schema.service
        made = {each for path in room.glob("*.py") for each in tables_in(path)}
        views = {view.name for view in schema.views}

        assert {table_of(model).name for model in schema.records} | views == made


def tables_in(path: Path) -> set[str]:
    """Answer the tables whose models a file holds."""
    module = import_module(f"telecine.{path.parent.name}.{path.stem}")
    return {
        table_of(each).name
        for each in vars(module).values()
        if is_table(each) and each.__module__ == module.__name__
    }


def is_table(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, SQLModel) and hasattr(thing, "__table__")


async def test_tables_of_the_version_before_migrations_are_taken_over_with_all_they_hold(
    database_url: str,
) -> None:
    await made_without_alembic(database_url)

    async with opened(database_url, DELIVERY) as database:
        async with database.engine.connect() as connection:
            assert await connection.run_sync(differences, models(DELIVERY)) == []
        kept = await ask(database, "SELECT id, body FROM deliveries")
        assert [tuple(row) for row in kept] == [("x", b"x")]
        assert await ask(database, "SELECT request_headers FROM attempts") == [("x",)]
        assert await at(database, "delivery") == history(DELIVERY)[-1]


async def test_tables_that_a_crash_left_half_made_are_completed(database_url: str) -> None:
    await made_without_alembic(database_url, without="attempts")

    async with opened(database_url, DELIVERY) as database, database.engine.connect() as connection:
        assert await connection.run_sync(differences, models(DELIVERY)) == []
        assert await ask(database, "SELECT id FROM deliveries") == [("x",)]


@pytest.mark.parametrize("old", [False, True], ids=["empty", "old"])
async def test_copies_that_start_at_once_do_not_get_in_each_others_way(
    database_url: str, old: bool
) -> None:
    if old:
        await made_without_alembic(database_url)

    async with AsyncExitStack() as stack:
        starting = (stack.enter_async_context(opened(database_url, DELIVERY)) for _ in range(5))
        databases = await asyncio.gather(*starting)
        found = [await at(database, "delivery") for database in databases]
        rows = await ask(databases[0], "SELECT * FROM alembic_version_delivery")

    assert found == [history(DELIVERY)[-1]] * 5
    assert len(rows) == 1


async def test_services_share_one_database_and_each_has_its_own_history(database_url: str) -> None:
    async with (
        opened(database_url, DELIVERY) as database,
        opened(database_url, SUBSCRIPTIONS) as another,
    ):
        assert await at(database, "delivery") == history(DELIVERY)[-1]
        assert await at(another, "subscriptions") == history(SUBSCRIPTIONS)[-1]


async def test_a_newer_database_is_refused_and_left_alone(database_url: str) -> None:
    async with opened(database_url, DELIVERY) as database:
        async with database.engine.begin() as connection:
            await connection.execute(
                text("UPDATE alembic_version_delivery SET version_num='9999'")
            )
        before = await tables(database)

        with pytest.raises(NewerDatabase, match=r"delivery are of version 9999.*up to 000\d"):
            async with opened(database_url, DELIVERY):
                pass

        assert await tables(database) == before
        assert await at(database, "delivery") == "9999"


async def test_a_migration_that_fails_changes_nothing(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "0001_good.py").write_text(BROKEN.format(number="0001", before=None, then=""))
    breaks = BROKEN.format(number="0002", before='"0001"', then='raise OSError("no room")')
    (tmp_path / "0002_broken.py").write_text(breaks)

    with pytest.raises(OSError, match="no room"):
        async with opened(database_url, Schema("broken", migrations=tmp_path)):
            pass

    async with opened(database_url, []) as database:
        assert await tables(database) == set()


LOADED = """
import asyncio, sys
from telecine.delivery.schema import SCHEMA
from telecine.shared.tables.database import opened

async def main():
    async with opened(sys.argv[1], SCHEMA):
        print("alembic" in sys.modules)

asyncio.run(main())
"""


async def test_alembic_is_loaded_only_where_there_is_something_to_migrate(
    database_url: str,
) -> None:
    said = []
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LOADED, database_url, stdout=subprocess.PIPE
        )
        said.append((await process.communicate())[0].split()[-1])

    assert said == [b"True", b"False"]
