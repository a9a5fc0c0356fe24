"""What tables subscriptions has."""

from pathlib import Path

from telecine.shared.log.kinds import ENDPOINT
from telecine.shared.tables.schema import Schema, View
from telecine.subscriptions.tables import (
    EndpointRow,
    HealthRow,
    LinkRow,
    ReignRow,
    ReplayRow,
    SecretRow,
)
from telecine.subscriptions.view import row

SCHEMA = Schema(
    "subscriptions",
    records=(SecretRow, LinkRow, ReignRow, HealthRow, ReplayRow),
    views=(View(EndpointRow, ENDPOINT, row),),
    migrations=Path(__file__).with_name("migrations"),
)
