"""Issued tokens, revoked keys and those in their places, and requests with an idempotency key."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables; nothing of this was kept before."""
    op.create_table(
        "tokens",
        sa.Column("hash", sa.String(), primary_key=True),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_tokens_org", "tokens", ["org"])
    op.create_table(
        "keys",
        sa.Column("hash", sa.String(), primary_key=True),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("sealed", sa.String()),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "credential_changes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "wishes",
        sa.Column("wish", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.LargeBinary()),
    )
