"""Deliveries and attempts, as the first Telecine made them; where it did, they are taken over."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

#: SQLite counts up only columns that it calls INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make what is missing."""
    _deliveries()
    _attempts()


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("event_sequence", sa.BigInteger(), nullable=False),
        sa.Column("video_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String()),
        sa.Column("ended", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endpoint_sequence", sa.BigInteger(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        if_not_exists=True,
    )
    for name, columns in {
        "deliveries_newest": ["org", "event_sequence", "id"],
        "deliveries_of_endpoint": ["org", "endpoint_id", "event_sequence", "id"],
        "ix_deliveries_event_id": ["event_id"],
        "ix_deliveries_video_id": ["video_id"],
    }.items():
        op.create_index(name, "deliveries", columns, if_not_exists=True)


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wall_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("address", sa.String()),
        sa.Column("request_headers", sa.String(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("response_headers", sa.String(), nullable=False),
        sa.Column("response_body", sa.LargeBinary(), nullable=False),
        sa.Column("response_truncated", sa.Boolean(), nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("duration_ms", sa.Float(), nullable=False),
        sa.Column("dns_ms", sa.Float()),
        sa.Column("connect_ms", sa.Float()),
        sa.Column("tls_ms", sa.Float()),
        sa.Column("first_byte_ms", sa.Float()),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("next_reason", sa.String()),
        if_not_exists=True,
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"], if_not_exists=True)
