"""Migrations of records: each service has a history of its own, `services/telecine/<service>/migrations`.

A history is a line of files `NNNN_what_it_does.py` in Alembic's form; how far a database has come
stands in its table `alembic_version_<service>`. Views are not migrated but folded again (schema.py).
"""

from functools import cache
from pathlib import Path

import structlog
from sqlalchemy import Connection, inspect, text

from telecine.shared.errors import TelecineError
from telecine.shared.tables.schema import Schema

log = structlog.get_logger()


class NewerDatabase(TelecineError):
    """The database was migrated by a later version of this program, which alone can read it."""

    def __init__(self, service: str, found: str, known: str) -> None:
        super().__init__(
            f"the tables of {service} are of version {found}, and this program knows them up to "
            f"{known}: start the newer Telecine that they belong to, or use another database "
            "(TELECINE_DATABASE_URL) or data folder (TELECINE_DATA)"
        )


def migrate(connection: Connection, schema: Schema) -> None:
    """Bring a service's records to the form of today. Raises NewerDatabase.

    The caller keeps others out for as long as its transaction lasts, and commits.
    """
    if schema.migrations is None:
        return
    known = revisions(schema.migrations)
    found = version(connection, schema.service)
    if found == known[-1]:
        return  # without Alembic, which takes longer to load than all of this
    if found is not None and found not in known:
        raise NewerDatabase(schema.service, found, known[-1])
    from telecine.shared.tables.migrating.upgrade import upgrade  # noqa: PLC0415 - as said

    upgrade(connection, schema)
    tell = log.info if found else log.debug  # a new database is no news
    tell("records.migrated", service=schema.service, before=found, now=known[-1])


@cache
def revisions(folder: Path) -> tuple[str, ...]:
    """Answer a history's revisions, oldest first: the numbers that its files begin with."""
    return tuple(sorted(path.name.partition("_")[0] for path in folder.glob("[0-9]*_*.py")))


def version_table(service: str) -> str:
    """Answer the name of the table that says how far a service's records have come."""
    return f"alembic_version_{service}"


def version(connection: Connection, service: str) -> str | None:
    """Answer how far a service's records have come; None: they were never migrated."""
    table = version_table(service)
    if not inspect(connection).has_table(table):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {table}"))  # noqa: S608 - a name of ours
    return found
