"""The depot: what everybody at work in one copy of delivery has in common."""

from dataclasses import dataclass

from telecine.delivery.directory import Directory
from telecine.delivery.parking import ParkingLot
from telecine.delivery.policy import Policy
from telecine.delivery.records import Records
from telecine.delivery.trying import Trying
from telecine.delivery.wishes import Wishes
from telecine.shared.tables.database import Database
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.bus import Bus


@dataclass(frozen=True)
class Depot:
    """One copy's bus, clock and tables; what it knows of endpoints (`directory`), holds for them (`lot`,
    `wishes`) and sends them with (`trying`)."""

    bus: Bus
    clock: VirtualClock
    database: Database
    records: Records
    directory: Directory
    lot: ParkingLot
    wishes: Wishes
    trying: Trying
    policy: Policy
