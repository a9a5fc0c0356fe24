"""Replays and recoveries, and how far each is."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing is lost: what is on record stays on record."""
    texts = ("org", "endpoint_id", "kind", "state")
    op.create_table(
        "replays",
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
        ),
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("types", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("found", "requested", "waiting")
        ),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("pending", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.UniqueConstraint("id"),
    )
    op.create_index("replays_of_org", "replays", ["org", "place"])
    op.create_index("replays_running", "replays", ["state"])
