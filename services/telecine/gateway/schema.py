"""What tables the gateway has."""

from pathlib import Path

from telecine.gateway.tables import ChangeRow, KeyRow, TokenRow, WishRow
from telecine.shared.tables.schema import Schema

SCHEMA = Schema(
    "gateway",
    records=(TokenRow, KeyRow, ChangeRow, WishRow),
    migrations=Path(__file__).with_name("migrations"),
)
