"""What an endpoint's timer fetches has an index without those that wait in a chain: they may be many."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_FETCHED = sa.text("state = 'parked' AND reason != 'ordering'")


def upgrade() -> None:
    """One more index of few rows."""
    op.create_index(
        "deliveries_fetched",
        "deliveries",
        ["endpoint_id", "created_at", "id"],
        sqlite_where=_FETCHED,
        postgresql_where=_FETCHED,
    )
