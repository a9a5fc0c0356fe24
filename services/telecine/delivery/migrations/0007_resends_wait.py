"""Resends have a table to wait in, and what a replay brings has an index: both wait their turn."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_REPLAYED = sa.text("state = 'parked' AND reason = 'replay'")


def upgrade() -> None:
    """One more table, and an index of few rows."""
    op.create_table(
        "resends",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("in_bulk", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endpoint_sequence", sa.BigInteger(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
    )
    op.create_index("resends_next", "resends", ["endpoint_id", "in_bulk", "asked_at", "id"])
    op.create_index(
        "deliveries_replayed",
        "deliveries",
        ["endpoint_id", "created_at", "id"],
        sqlite_where=_REPLAYED,
        postgresql_where=_REPLAYED,
    )
