"""Running Alembic on one service's tables, over a connection that is open already."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from telecine.shared.tables.migrations import version_table
from telecine.shared.tables.schema import Schema, table_of


def upgrade(connection: Connection, schema: Schema, to: str = "head") -> None:
    """Run what is missing of a service's history, in the connection's own transaction."""
    command.upgrade(configuration(connection, schema), to)


def configuration(connection: Connection, schema: Schema) -> Config:
    """Answer what Alembic is to work with; `env.py` reads it."""
    config = Config(
        attributes={
            "connection": connection,
            "version_table": version_table(schema.service),
            "tables": {table_of(model).name for model in schema.records},
        }
    )
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("version_locations", str(schema.migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
