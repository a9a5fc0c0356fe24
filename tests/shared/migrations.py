"""Writes the next migration of a service: `python -m tests.shared.migrations delivery "resends"`.

It migrates an empty database, holds it against the models in `tables.py`, and writes what is missing
as the next file of the service's history, to be read and mended by hand before it is committed.
"""

import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import Connection, create_engine

from telecine.shared.tables.migrating.upgrade import configuration, upgrade
from telecine.shared.tables.migrations import revisions
from telecine.shared.tables.schema import Schema

SERVICES = Path(__file__).parents[2] / "services/telecine"


def schemas() -> list[Schema]:
    """Answer the schema of every service that has tables."""
    names = sorted(path.parent.name for path in SERVICES.glob("*/schema.py"))
    return [import_module(f"telecine.{name}.schema").SCHEMA for name in names]


def migrated() -> list[Schema]:
    """Answer those with records."""
    return [schema for schema in schemas() if schema.records]


def write_next(connection: Connection, schema: Schema, message: str) -> None:
    """Add a revision for what the models have and the history does not."""
    assert schema.migrations is not None
    past = revisions(schema.migrations)
    if past:
        upgrade(connection, schema)
    command.revision(
        configuration(connection, schema),
        message,
        autogenerate=True,
        rev_id=f"{len(past) + 1:04}",
        version_path=schema.migrations,
    )


if __name__ == "__main__":
    [chosen] = [each for each in migrated() if each.service == sys.argv[1]]
    with (
        TemporaryDirectory() as folder,
        create_engine(f"sqlite:///{folder}/new.db").begin() as new,
    ):
        write_next(new, chosen, sys.argv[2])
