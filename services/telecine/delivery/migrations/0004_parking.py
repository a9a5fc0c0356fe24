"""Parking: what waits for its endpoint or its predecessor, what holds an endpoint back, and attempts
that can be searched by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_WAITS = sa.text("state IN ('postponed', 'parked')")
_PARKED = sa.text("state = 'parked'")
_FAILED = sa.text("error IS NOT NULL")


def upgrade() -> None:
    """What is on record was never parked; its attempts learn whose they are from their deliveries."""
    _deliveries()
    _attempts()
    op.create_table(
        "gates",
        sa.Column("endpoint_id", sa.String(), primary_key=True),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True)),
        sa.Column("trips", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("arrival", sa.DateTime(timezone=True)),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True)),
        sa.Column("draining", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def _deliveries() -> None:
    op.add_column("deliveries", sa.Column("predecessor", sa.String()))
    op.add_column(
        "deliveries", sa.Column("trigger", sa.String(), nullable=False, server_default="first")
    )
    op.drop_index("ix_deliveries_event_id", "deliveries")
    op.drop_index("deliveries_waiting", "deliveries")
    _index("deliveries_waiting", "deliveries", ["state", "created_at"], _WAITS)
    _index("deliveries_parked", "deliveries", ["endpoint_id", "created_at", "id"], _PARKED)
    _index("deliveries_behind", "deliveries", ["predecessor"], _PARKED)


def _attempts() -> None:
    for name, default in {"org": "", "endpoint_id": "", "event_type": "", "key_ids": "[]"}.items():
        op.add_column(
            "attempts", sa.Column(name, sa.String(), nullable=False, server_default=default)
        )
    op.add_column(
        "attempts",
        sa.Column("reused", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("attempts", sa.Column("response_length", sa.BigInteger()))
    for name in ("org", "endpoint_id", "event_type"):
        owner = f"SELECT d.{name} FROM deliveries d WHERE d.id = attempts.delivery_id"  # noqa: S608
        op.execute(f"UPDATE attempts SET {name} = COALESCE(({owner}), '')")  # noqa: S608 - ours
    op.create_index("attempts_newest", "attempts", ["org", "id"])
    op.create_index("attempts_of_endpoint", "attempts", ["endpoint_id", "id"])
    _index("attempts_failed", "attempts", ["org", "id"], _FAILED)


def _index(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
