"""What Alembic runs, for every service alike: its revisions over the connection that it is given."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from telecine.shared.tables.database import UtcTime


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Whether a table belongs to this service: all of them may share one database."""
    return kind != "table" or name in given["tables"]


def in_sqlalchemys_words(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write column types so that a revision never changes with our code."""
    match item:
        case UtcTime():
            return "sa.DateTime(timezone=True)"
        case AutoString():
            return "sa.String()"
        case _:
            return False


given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=SQLModel.metadata,
    version_table=given["version_table"],
    include_name=is_ours,
    include_object=lambda item, name, kind, *_: is_ours(name, kind, None),
    render_item=in_sqlalchemys_words,
    render_as_batch=True,  # SQLite changes a column by making the table anew
)
context.run_migrations()
