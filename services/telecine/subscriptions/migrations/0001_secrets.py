"""The table of secrets, as the first Telecine made it; where that did, it is taken over."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make what is missing."""
    op.create_table(
        "secrets",
        sa.Column("key_id", sa.String(), primary_key=True),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_secrets_endpoint_id", "secrets", ["endpoint_id"], if_not_exists=True)
