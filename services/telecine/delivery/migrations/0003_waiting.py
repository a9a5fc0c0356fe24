"""An index of the deliveries that wait, for the metrics: those that have ended are not in it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Few deliveries wait at a time, so the index stays small and the others pay nothing for it."""
    waits = sa.text("state IN ('postponed')")
    op.create_index(
        "deliveries_waiting",
        "deliveries",
        ["state", "created_at"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
