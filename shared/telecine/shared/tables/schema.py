"""What tables a service has: records, which are migrated, and views, which are folded again."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, select
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement
from sqlmodel import SQLModel

from telecine.shared.log.envelope import Kind


@dataclass(frozen=True)
class View:
    """A table with a row for each aggregate of a kind: a fold of its facts, and never more.

    `row` answers the row for an aggregate's state after the fact at a position, or None if it has
    none. The table has the columns `id` and `last_seq`.
    """

    table: type[SQLModel]
    kind: Kind[Any, Any]
    row: Callable[[Any, int], dict[str, Any] | None]

    @property
    def name(self) -> str:
        return table_of(self.table).name


@dataclass(frozen=True)
class Schema:
    """The tables of one service. `migrations` is the folder of its records' history."""

    service: str
    records: tuple[type[SQLModel], ...] = ()
    views: tuple[View, ...] = ()
    migrations: Path | None = None


#: The shape that each view's table was last folded in.
_SHAPES = Table(
    "view_shapes",
    MetaData(),
    Column("name", String, primary_key=True),
    Column("shape", String, nullable=False),
)


def table_of(model: type[SQLModel]) -> Table:
    """Answer the table behind a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel adds it at run time
    return table


def shape(view: View, connection: Connection) -> str:
    """Answer a fingerprint of a view: its columns, its indexes, and the states that it holds."""
    table = table_of(view.table)
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    made: list[DDLElement] = [CreateTable(table), *(CreateIndex(index) for index in indexes)]
    texts = [str(each.compile(dialect=connection.dialect)) for each in made]
    return sha256("\n".join([*texts, str(view.kind.state_version)]).encode()).hexdigest()[:16]


def make_views(connection: Connection, views: tuple[View, ...]) -> tuple[View, ...]:
    """Make the tables of views that are missing or of another shape, empty; answer those.

    They count as of another shape until `folded` says that all facts are in them.
    """
    if not views:
        return ()
    _SHAPES.create(connection, checkfirst=True)
    known = {row.name: row.shape for row in connection.execute(select(_SHAPES))}
    wanting = tuple(view for view in views if known.get(view.name) != shape(view, connection))
    for view in wanting:
        table_of(view.table).drop(connection, checkfirst=True)
        table_of(view.table).create(connection)
    return wanting


def folded(connection: Connection, view: View) -> None:
    """Note that a view's table holds all facts, in the shape of today."""
    connection.execute(delete(_SHAPES).where(_SHAPES.c.name == view.name))
    row = {"name": view.name, "shape": shape(view, connection)}
    connection.execute(insert(_SHAPES), [row])
