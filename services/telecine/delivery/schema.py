"""What tables delivery has."""

from pathlib import Path

from telecine.delivery.tables import AttemptRow, DeliveryRow, GateRow, MarkRow, ResendRow
from telecine.shared.tables.schema import Schema

SCHEMA = Schema(
    "delivery",
    records=(DeliveryRow, AttemptRow, GateRow, ResendRow, MarkRow),
    migrations=Path(__file__).with_name("migrations"),
)
