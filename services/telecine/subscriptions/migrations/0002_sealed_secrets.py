"""Whether a secret is sealed. Those that exist are not; the service seals them when it starts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Say of what is there that it is in clear."""
    op.add_column(
        "secrets", sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
