"""What a resend adds: how many of a delivery's attempts were resends, and which one caused an attempt."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """What is on record was never resent."""
    op.add_column("attempts", sa.Column("cause", sa.String()))
    op.add_column(
        "deliveries", sa.Column("resent", sa.Integer(), nullable=False, server_default="0")
    )
