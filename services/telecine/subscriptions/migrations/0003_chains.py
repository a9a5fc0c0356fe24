"""The order of deliveries to endpoints that ask for one, and who may write it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing is lost: what is on record stays on record."""
    op.create_table(
        "chain_links",
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
        ),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("delivery_id"),
    )
    op.create_index("chain_links_of_chain", "chain_links", ["chain", "place"])
    op.create_index("chain_links_oldest", "chain_links", ["at"])
    op.create_table(
        "reigns",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("holder", sa.String(), nullable=False),
    )
