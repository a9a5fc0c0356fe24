"""The table of access tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "access_tokens",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("asset_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
    )
    op.create_index(
        "access_tokens_of_assets", "access_tokens", ["org", "asset_id", "created_at", "code"]
    )
