"""Deliveries in the order of their events' times, since positions are those of different logs."""

from alembic import op

revision = "0005"
down_revision = "0004"

_INDEXES = {
    "deliveries_newest": ["org", "created_at", "event_sequence", "id"],
    "deliveries_of_endpoint": ["org", "endpoint_id", "created_at", "event_sequence", "id"],
}


def upgrade() -> None:
    """The two indexes that lists of deliveries go along are made anew."""
    for name, columns in _INDEXES.items():
        op.drop_index(name, "deliveries")
        op.create_index(name, "deliveries", columns)
